//! Links between proxies: whom to dial, which link stays, which is dead, and what is offered.

mod crowds;
mod desk;
mod dials;
mod duel;
mod hints;
mod interleavings;
mod links;
mod liveness;
mod offers;
mod places;
mod questions;
mod routes;
mod searches;
mod strangers;
