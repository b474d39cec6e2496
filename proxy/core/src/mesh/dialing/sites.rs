//! Sites of the backbone, which are dialled where nothing better is there.

use std::time::Instant;

use nws_protocol::ProxyId;

use super::Dialing;
use super::backoff::Backoff;
use super::configured::Configured;
use crate::Route;

impl Dialing {
    /// The proxy of a site says that it is there.
    pub(in crate::mesh) fn on_site(&mut self, peer: usize, proxy: &ProxyId, now: Instant) {
        let is_wanted = self.own < *proxy;
        let site = self.targets.configured.entry(peer).or_insert_with(|| Configured {
            route: Route::Backbone,
            is_wanted: false,
            ..Configured::new(now)
        });
        if site.proxy.as_ref() != Some(proxy) {
            (site.proxy, site.backoff) = (Some(proxy.clone()), Backoff::new(now));
        } else if !site.is_wanted {
            site.backoff.bring_forward(&self.config, now);
        }
        site.is_wanted = is_wanted;
    }

    /// Nothing is heard of a site.
    pub(in crate::mesh) fn on_site_gone(&mut self, peer: usize) {
        if let Some(site) = self.targets.configured.get_mut(&peer) {
            site.is_wanted = false;
        }
    }
}
