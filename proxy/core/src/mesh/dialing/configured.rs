//! Where proxies are that are looked for in one place: an address that is configured, and is dialled
//! for ever, a site of the backbone, or a place where another program says that one may be.

use std::time::{Duration, Instant};

use nws_protocol::ProxyId;

use super::backoff::Backoff;
use crate::{DialId, Route};

/// An address that is configured, or a site.
pub(super) struct Configured {
    /// The way that a dial takes.
    pub(super) route: Route,
    /// Whether it is to be dialled while there is no link. Of two sites, one dials.
    pub(super) is_wanted: bool,
    /// A proxy may be there: the longest time between two dials until one was.
    pub(super) hint: Option<Duration>,
    /// The proxy that answered there last, or has said that it is there.
    pub(super) proxy: Option<ProxyId>,
    pub(super) backoff: Backoff,
    pub(super) dial: Option<DialId>,
    /// Nothing came from there lately.
    pub(super) is_silent: bool,
}

impl Configured {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            route: Route::Direct,
            is_wanted: true,
            hint: None,
            proxy: None,
            backoff: Backoff::new(now),
            dial: None,
            is_silent: false,
        }
    }
}
