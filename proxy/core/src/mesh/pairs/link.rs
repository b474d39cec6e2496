//! One connection to another proxy.

use std::net::IpAddr;
use std::time::Instant;

use crate::mesh::{Loss, RemoteId, Route};

/// A link from its TLS handshake until it is closed.
pub(in crate::mesh) struct Link {
    pub(in crate::mesh) remote: RemoteId,
    /// The address of the other side.
    pub(in crate::mesh) source: IpAddr,
    /// The way that it takes.
    pub(in crate::mesh) route: Route,
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
    /// A direct link.
    pub(in crate::mesh) fn new(remote: RemoteId, source: IpAddr, dialled: bool, now: Instant) -> Self {
        Self {
            remote,
            source,
            route: Route::Direct,
            dialled,
            stage: Stage::Spare,
            since: now,
            heard: now,
            probed: false,
            matched: false,
        }
    }

    /// The same link, by this way.
    pub(in crate::mesh) const fn by(mut self, route: Route) -> Self {
        self.route = route;
        self
    }

    pub(super) fn is_ready(&self) -> bool {
        self.stage == Stage::Ready
    }

    /// What it means for the next dial that this link is no more.
    pub(in crate::mesh) fn loss(&self) -> Loss {
        match self.stage {
            Stage::Ready => Loss::Ended { since: self.since, has_matched: self.matched, route: self.route },
            Stage::Spare | Stage::Started => Loss::Failed { route: self.route },
        }
    }
}
