//! Sites of the backbone, which are dialled where nothing better is there.

use std::time::Instant;

use nws_protocol::ProxyId;

use super::backoff::Backoff;
use super::configured::Configured;
use super::{Dialing, Outputs};
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
        }
        site.is_wanted = is_wanted;
    }

    /// Nothing is known of a site or another place any more, so it is forgotten.
    pub(in crate::mesh) fn on_peer_gone(&mut self, peer: usize, outputs: &mut Outputs) {
        let dial = self.targets.configured.remove(&peer).and_then(|it| it.dial);
        if let Some(dial) = dial {
            self.abandon(dial, outputs);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MeshConfig;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a point in time to start from")]
    fn nothing_is_left_of_sites_that_are_silent() {
        let [own, other] = [0, 255].map(|byte| ProxyId::from_digest(&[byte; 32]));
        let (mut dialing, now) = (Dialing::new(MeshConfig::default(), own, [0; 32]), Instant::now());
        let mut outputs = Outputs::new();
        dialing.on_peer(0, now);
        for peer in 1..1000 {
            dialing.on_site(peer, &other, now);
            dialing.on_peer_gone(peer, &mut outputs);
        }
        assert_eq!(dialing.targets.configured.keys().collect::<Vec<_>>(), [&0]);
        dialing.on_peer_gone(0, &mut outputs);
        assert!(dialing.targets.configured.is_empty());
    }
}
