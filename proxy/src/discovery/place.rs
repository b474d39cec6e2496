//! The places where proxies are looked for that have no other name.

use std::fmt;

use nws_backbone::SiteName;

use super::PeerAddress;

/// A place where a proxy may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// What the user names.
    Peer(PeerAddress),
    /// A site of the backbone.
    Site(SiteName),
}

impl Place {
    /// Warns that it cannot be reached.
    pub(crate) fn warn_unreached(&self, reason: &str) {
        match self {
            Self::Peer(peer) => tracing::warn!(%peer, "cannot reach this address: {reason}"),
            Self::Site(site) => tracing::warn!(%site, "cannot reach this site of the backbone: {reason}"),
        }
    }

    /// Warns that it has no address.
    pub(crate) fn warn_unresolved(&self, reason: &str) {
        match self {
            Self::Peer(peer) => tracing::warn!(%peer, "cannot look up this address: {reason}"),
            Self::Site(site) => tracing::warn!(%site, "this site of the backbone has no address: {reason}"),
        }
    }

    /// The way in which proxies at such places are found, as the API names it.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Peer(_) => "peer",
            Self::Site(_) => "backbone",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Peer(peer) => peer.fmt(f),
            Self::Site(site) => site.fmt(f),
        }
    }
}
