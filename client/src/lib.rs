#![doc = include_str!("../README.md")]

#[cfg(target_family = "wasm")]
mod browser;
mod builder;
mod channel;
mod data;
mod dial;
mod driver;
mod endpoint;
mod error;
mod event;
mod events;
mod inbox;
#[cfg(not(target_family = "wasm"))]
mod native;
mod outbox;
mod peer;
mod roster;
mod shared;
mod state;
mod stream;
mod wakers;

#[cfg(target_family = "wasm")]
use browser as platform;
#[cfg(not(target_family = "wasm"))]
use native as platform;

pub use builder::Builder;
pub use channel::Channel;
pub use data::Data;
pub use dial::Incoming;
pub use error::Error;
pub use event::{Closed, Event, Gap};
pub use events::{Events, Incomings};
pub use peer::{Departure, Peer};
pub use stream::PeerStream;
