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
    ChannelKey, ChannelState, Channels, ClientEvent, ClientEventKind, ClientState, Config, ConnId, Counts,
    Cut, Encoded, Framing, GroupsState, Input, LongMessage, Output, PeerPlace, PeerState, Pending,
    RecordReader, Shared, Slowness, Sums, Survey, SurveyBounds, Turn,
};
pub use mesh::{
    CandidateProgress, CandidateState, DialId, LinkCloseReason, LinkId, LinkStage, LinkState, Mesh,
    MeshConfig, MeshInput, MeshOutput, MeshSurvey, Route, Target,
};
pub use mux::{LinkStreams, Mux, MuxInput, Outgoing, StreamId, Transmit};
pub use site_names::{Site, SiteNames, SiteNamesConfig};
