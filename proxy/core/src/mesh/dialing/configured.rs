//! An address that is configured, and is dialled for ever.

use std::time::Instant;

use nws_protocol::ProxyId;

use super::backoff::Backoff;
use crate::DialId;

/// An address that is configured.
pub(super) struct Configured {
    /// The proxy that answered there last.
    pub(super) proxy: Option<ProxyId>,
    pub(super) backoff: Backoff,
    pub(super) dial: Option<DialId>,
    /// Nothing came from there lately.
    pub(super) is_silent: bool,
}

impl Configured {
    pub(super) fn new(now: Instant) -> Self {
        Self { proxy: None, backoff: Backoff::new(now), dial: None, is_silent: false }
    }
}
