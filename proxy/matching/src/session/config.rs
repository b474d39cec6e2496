//! The two sides of a session, and how many slots they may use.

use std::fmt;

use nws_protocol::ProxyId;
use nws_protocol::limits::{LINK_SLOTS_LIFETIME, LINK_SLOTS_LIVE};

/// A side of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The TLS client.
    Initiator,
    /// The TLS server.
    Responder,
}

impl Role {
    /// The other side.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::Initiator => Self::Responder,
            Self::Responder => Self::Initiator,
        }
    }

    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Initiator => "initiator",
            Self::Responder => "responder",
        }
    }
}

/// The sides and limits of a [`Session`](crate::Session).
#[derive(Clone)]
pub struct SessionConfig {
    /// Our side.
    pub role: Role,
    /// The value of the TLS exporter. It is the same on both sides, and different for every
    /// connection.
    pub sid: [u8; 32],
    /// Our id.
    pub own: ProxyId,
    /// The id that the other side has proved to have.
    pub peer: ProxyId,
    /// Slots that each side may have at one time.
    pub slots_max: u16,
    /// Slots that each side may have on this link altogether.
    pub lifetime_max: u16,
}

impl SessionConfig {
    /// A configuration with the usual limits.
    #[must_use]
    pub const fn new(role: Role, sid: [u8; 32], own: ProxyId, peer: ProxyId) -> Self {
        Self { role, sid, own, peer, slots_max: LINK_SLOTS_LIVE, lifetime_max: LINK_SLOTS_LIFETIME }
    }
}

impl fmt::Debug for SessionConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { role, own, peer, .. } = self;
        let debug = &mut f.debug_struct("SessionConfig");
        debug.field("role", role).field("own", own).field("peer", peer).finish_non_exhaustive()
    }
}
