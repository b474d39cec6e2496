//! The side of browsers and programs: HTTP on loopback, who may connect, and upgrades.

mod endpoint;
mod gate;
mod head;
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
