//! How two proxies find the channels that they share, and tell nothing of the others.
//!
//! One [`Session`] belongs to one link: it offers our channels, answers what the other side asks, and says which
//! slots of both sides stand for the same channel. [`Rations`] says how much the other sides may ask. Neither does IO,
//! reads a clock or draws a random number.

#![forbid(unsafe_code)]

mod keys;
mod oprf;
mod random;
mod rations;
mod refusal;
mod session;
#[cfg(test)]
mod vectors;
mod work;

pub use rations::{Allowance, Budget, LinkKey, Rations, RationsConfig};
pub use refusal::Refusal;
pub use session::{Input, Output, PeerSlot, Role, Session, SessionConfig};
pub use work::{Finished, Work};
