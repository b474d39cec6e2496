//! One connection to another proxy.

use std::net::IpAddr;
use std::time::Instant;

use crate::mesh::{Loss, RemoteId};

/// A link from its TLS handshake until it is closed.
pub(in crate::mesh) struct Link {
    pub(in crate::mesh) remote: RemoteId,
    /// The address of the other side.
    pub(in crate::mesh) source: IpAddr,
    /// This proxy was the TLS client.
    pub(in crate::mesh) dialled: bool,
    pub(in crate::mesh) stage: Stage,
    /// When the link reached its stage; connected and started are the same time.
    pub(in crate::mesh) since: Instant,
    /// When the other side last said anything.
    pub(in crate::mesh) heard: Instant,
    /// The other side was asked for a sign of life because another link waits for the place.
    pub(super) probed: bool,
    /// A channel has matched.
    pub(in crate::mesh) matched: bool,
}

/// How far a link has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It waits beside another one, and nothing was said on it.
    Spare,
    /// HELLO is sent.
    Started,
    /// HELLO is exchanged.
    Ready,
}

impl Link {
    pub(in crate::mesh) fn new(remote: RemoteId, source: IpAddr, dialled: bool, now: Instant) -> Self {
        let stage = Stage::Spare;
        Self { remote, source, dialled, stage, since: now, heard: now, probed: false, matched: false }
    }

    pub(super) fn is_ready(&self) -> bool {
        self.stage == Stage::Ready
    }

    /// What it means for the next dial that this link is no more.
    pub(in crate::mesh) fn loss(&self) -> Loss {
        match self.stage {
            Stage::Ready => Loss::Ended { since: self.since, has_matched: self.matched },
            Stage::Spare | Stage::Started => Loss::Failed,
        }
    }
}
