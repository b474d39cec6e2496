//! The places where proxies are looked for that have no other name.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use nws_backbone::SiteName;
use nws_protocol::harmless;
use nws_protocol::limits::{HINT_REDIAL_MAX, REDIAL_MAX};

use super::PeerAddress;
use crate::mesh::FaultKind;

/// Characters of a name that are kept: as many as a name of DNS may have.
const NAME_MAX: usize = 253;

/// A place where a proxy may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// What the user names.
    Peer(PeerAddress),
    /// A site of the backbone.
    Site(SiteName),
    /// A machine of the tailnet of this one.
    Tailnet(PlaceName),
    /// What a record of DNS names.
    Domain(PlaceName),
}

/// What others call a place. It has nothing that a terminal obeys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PlaceName(Arc<str>);

impl PlaceName {
    /// The name, as far as it can be shown.
    pub(crate) fn new(text: &str) -> Self {
        Self(harmless(text).chars().take(NAME_MAX).collect::<String>().into())
    }
}

impl Place {
    /// Tells that it cannot be reached. Most machines of a tailnet run no proxy, so that is nothing
    /// to warn of.
    pub(crate) fn tell_unreached(&self, reason: &str) {
        match self {
            Self::Peer(peer) => tracing::warn!(%peer, "cannot reach this address: {reason}"),
            Self::Site(site) => tracing::warn!(%site, "cannot reach this site of the backbone: {reason}"),
            Self::Domain(name) => {
                tracing::warn!(%name, "cannot reach this proxy of --browse-domain: {reason}")
            }
            Self::Tailnet(machine) => {
                tracing::info!(%machine, "no link to this machine of the tailnet: {reason}")
            }
        }
    }

    /// Warns that it has no address.
    pub(crate) fn warn_unresolved(&self, reason: &str) {
        match self {
            Self::Peer(peer) => tracing::warn!(%peer, "cannot look up this address: {reason}"),
            Self::Site(site) => tracing::warn!(%site, "this site of the backbone has no address: {reason}"),
            Self::Domain(name) => {
                tracing::warn!(%name, "this proxy of --browse-domain has no address: {reason}")
            }
            Self::Tailnet(machine) => {
                tracing::debug!(%machine, "this machine of the tailnet has no address: {reason}")
            }
        }
    }

    /// Gives whether a fault of this kind means that something is wrong there: a proxy should be
    /// there, or one is and takes no link.
    pub(crate) const fn is_amiss(&self, kind: FaultKind) -> bool {
        match self {
            Self::Peer(_) | Self::Site(_) => true,
            // A record may well name this proxy too.
            Self::Domain(_) => !matches!(kind, FaultKind::Own),
            Self::Tailnet(_) => matches!(kind, FaultKind::Closed | FaultKind::OtherVersion),
        }
    }

    /// The longest time between two dials, until a proxy is found there, if somebody else than the
    /// user says that one may be there.
    pub(crate) const fn redial_max(&self) -> Option<Duration> {
        match self {
            Self::Peer(_) | Self::Site(_) => None,
            Self::Tailnet(_) => Some(HINT_REDIAL_MAX),
            Self::Domain(_) => Some(REDIAL_MAX),
        }
    }

    /// The way in which proxies at such places are found, as the API names it.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Peer(_) => "peer",
            Self::Site(_) => "backbone",
            Self::Tailnet(_) => "tailscale",
            Self::Domain(_) => "dns",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Peer(peer) => peer.fmt(f),
            Self::Site(site) => site.fmt(f),
            Self::Tailnet(name) | Self::Domain(name) => name.fmt(f),
        }
    }
}

impl fmt::Display for PlaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
