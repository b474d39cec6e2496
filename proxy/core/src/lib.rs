//! Decides what a proxy does, and never how: channels, presence, routing and flow control as state
//! machines without IO, clock or random numbers of their own.
//!
//! [`Channels`] takes [`Input`]s, each with the time at which it happened, and gives [`Output`]s.
//! What is to be sent waits in it until the owner of the sockets has written it. One instance owns
//! some of the channels of a proxy; [`Shared`] holds what all instances count together.

#![forbid(unsafe_code)]

mod account;
mod attention;
mod channels;
mod mesh;
mod mux;
mod site_names;

pub use account::{Account, AccountLimits, Kept, Overdrawn, Share};
pub use attention::Attention;
pub use channels::{
    ChannelKey, Channels, Config, ConnId, Cut, Encoded, Framing, Input, LongMessage, Output, Pending,
    RecordReader, Shared, Slowness, Turn,
};
pub use mesh::{DialId, LinkCloseReason, LinkId, Mesh, MeshConfig, MeshInput, MeshOutput, Target};
pub use mux::{LinkStreams, Mux, MuxInput, Outgoing, StreamId, Transmit};
pub use site_names::{Site, SiteNames, SiteNamesConfig};
