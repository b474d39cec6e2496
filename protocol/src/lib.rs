//! The wires of Network Web Sockets, and nothing else: names, frames, close codes and limits, as
//! types that exist only when valid.
//!
//! Nothing here does IO, reads a clock or draws a random number, and everything builds for
//! `wasm32-unknown-unknown`.

#![forbid(unsafe_code)]

/// The version of the protocol between clients and their proxy, which `/status` tells.
pub const VERSION: u32 = 1;

pub mod binary;
mod channel;
mod close;
mod harmless;
mod json;
pub mod limits;
pub mod link;
mod peer;
mod pieces;
mod ports;
mod proxy;
pub mod raw;
pub mod structured;
pub mod websocket;

pub use channel::{ChannelName, InvalidChannelName, Scope};
pub use close::CloseCode;
pub use harmless::{harmless, is_harmful};
pub use json::Json;
pub use peer::{IdSource, InvalidPeerId, Nonce, PeerId};
pub use pieces::Pieces;
pub use ports::{CLIENT_PORT, LINK_PORT};
pub use proxy::{InvalidProxyId, ProxyId};
