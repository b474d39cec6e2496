//! Simulates a proxy and its clients, in memory and in virtual time, so that an hour takes
//! milliseconds.
//!
//! Everything follows from a seed. One [`Proxy`] stands for one machine. A [`Lan`](lan::Lan) is a
//! network of several, with links that have latency, loss and partitions.

#![forbid(unsafe_code)]

mod client;
mod clock;
mod downlink;
mod event;
mod groups;
pub mod lan;
mod proxy;
mod survey;
mod time;
mod word;

use nws_core::ChannelKey;
use nws_protocol::{ChannelName, Scope};

pub use client::ClientId;
pub use downlink::Speed;
pub use event::Event;
pub use proxy::Proxy;
pub use word::Word;

/// The network channel `name`.
///
/// # Panics
///
/// When `name` is no name of a channel.
#[must_use]
pub fn network(name: &str) -> ChannelKey {
    channel(Scope::Network, name)
}

/// The local channel `name`.
///
/// # Panics
///
/// When `name` is no name of a channel.
#[must_use]
pub fn local(name: &str) -> ChannelKey {
    channel(Scope::Local, name)
}

fn channel(scope: Scope, name: &str) -> ChannelKey {
    ChannelKey { scope, name: ChannelName::new(name).expect("the name of a channel") }
}
