//! A proxy of its own for every test, and clients that wait for events, never for time.
//!
//! [`Proxy`] starts the built program `nws` on a free port, [`Client`] speaks WebSocket to it, [`Request`]
//! speaks HTTP byte by byte, and `lab` is a network of machines for them. Every wait has a deadline; what
//! fails is an error that says what was expected.

mod aside;
mod broker;
mod cable;
mod client;
mod complaints;
mod connection;
mod deadline;
#[cfg(target_os = "linux")]
mod dnsmasq;
mod duplex;
mod frames;
#[cfg(target_os = "linux")]
pub mod lab;
mod memory;
mod peer;
mod place;
mod proxy;
mod request;
mod running;
mod setup;
mod signal;
#[cfg(unix)]
mod tailscaled;
#[cfg(target_os = "linux")]
mod user_systemd;

pub use broker::Broker;
pub use cable::Cable;
pub use client::{Client, Received};
pub use connection::Connection;
pub use deadline::{DEADLINE, within};
#[cfg(target_os = "linux")]
pub use dnsmasq::Dnsmasq;
pub use duplex::Duplex;
pub use memory::Memory;
pub use peer::Peer;
pub use proxy::{Exit, Proxy};
pub use request::{Request, Response};
pub use running::Running;
pub use setup::{Setup, program};
#[cfg(unix)]
pub use tailscaled::Tailscaled;
#[cfg(target_os = "linux")]
pub use user_systemd::UserSystemd;
