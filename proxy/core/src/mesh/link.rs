//! One connection to another proxy.

use std::net::IpAddr;
use std::time::Instant;

use super::RemoteId;

/// A link from its TLS handshake until it is closed.
pub(super) struct Link {
    pub(super) remote: RemoteId,
    /// Where the other side is.
    pub(super) source: IpAddr,
    /// This proxy was the TLS client.
    pub(super) dialled: bool,
    pub(super) stage: Stage,
    /// When it reached its stage; connected and started are the same time.
    pub(super) since: Instant,
    /// When the other side last said anything.
    pub(super) heard: Instant,
    /// It was asked for a sign of life because another link waits for its place.
    pub(super) probed: bool,
    /// A channel has matched.
    pub(super) matched: bool,
}

/// How far a link has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// It waits beside another one, and nothing was said on it.
    Spare,
    /// HELLO is sent.
    Started,
    /// HELLO is exchanged.
    Ready,
}

impl Link {
    pub(super) fn new(remote: RemoteId, source: IpAddr, dialled: bool, now: Instant) -> Self {
        let stage = Stage::Spare;
        Self { remote, source, dialled, stage, since: now, heard: now, probed: false, matched: false }
    }

    pub(super) fn is_ready(&self) -> bool {
        self.stage == Stage::Ready
    }
}
