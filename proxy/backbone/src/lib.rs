//! The backbone: streams of bytes between proxies that share a NATS broker and no network.
//!
//! Each proxy is a *site*. Sites that have the same [`SiteSecret`] hear of each other on one subject
//! and send each other the frames of streams on subjects of which permissions can say who uses them.
//! A stream is what a TCP connection is to another machine: the proxy runs the same TLS and the same
//! protocol on it. So the broker, its operator, and other users of it learn no name and no byte of
//! what channels carry. It can delay and lose frames; then TLS breaks, and peers leave visibly.
//!
//! When the connection to the broker ends, all streams end. Nothing is resumed.

#![forbid(unsafe_code)]

mod backbone;
mod config;
mod connection;
mod credentials;
mod credit;
mod driver;
mod event;
mod frame;
mod hello;
mod proof;
mod pump;
mod recent;
mod secret;
mod site;
mod sites;
mod stream;
mod streams;
mod subject;

pub use backbone::{Backbone, Dialer};
pub use config::{BackboneConfig, BackboneError, BrokerAddress, InvalidBroker};
pub use credentials::{Credentials, InvalidCredentials};
pub use event::BackboneEvent;
pub use proof::{LINK_PROOF_LEN, LinkProofs};
pub use secret::{InvalidSecret, SiteSecret};
pub use site::{InvalidSiteName, SITE_NAME_MAX, SiteName};
pub use stream::{VirtualReader, VirtualStream};
pub use streams::Incoming;
pub use subject::{Permissions, permissions};
