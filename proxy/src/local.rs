//! Serves browsers and programs: HTTP on loopback, admission of clients, and upgrades.

mod endpoint;
mod feed;
mod gate;
mod handshake;
mod head;
mod headers;
mod held_permit;
mod host;
mod origin;
mod pages;
mod server;
mod site_names;
mod status;
mod upgrade;

pub use host::{AllowedHost, InvalidHost};
pub use origin::{AllowedOrigin, InvalidOrigin};
pub(crate) use server::Server;
pub(crate) use site_names::SharedSiteNames;
