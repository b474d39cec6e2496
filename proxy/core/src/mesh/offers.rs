//! The channels that are offered to other proxies, on every link that is ready, and the answers.

mod offered;
mod searches;

use std::time::{Duration, Instant};

use nws_protocol::{ChannelName, ProxyId};
use slotmap::SecondaryMap;

use super::{LinkId, MeshConfig, MeshOutput, Outputs};
use offered::{Change, Offered};
use searches::Searches;

/// What is offered on the links that are ready, and what they have answered.
pub(super) struct Offers {
    linger_time: Duration,
    offered: Offered,
    searches: Searches,
    /// Links that are ready, and the proxies to which they lead.
    links: SecondaryMap<LinkId, ProxyId>,
}

impl Offers {
    pub(super) fn new(config: &MeshConfig) -> Self {
        Self {
            linger_time: config.linger_time,
            offered: Offered::new(config.slots_max),
            searches: Searches::default(),
            links: SecondaryMap::new(),
        }
    }

    pub(super) fn clear(&mut self) {
        self.offered.clear();
        self.searches = Searches::default();
        self.links.clear();
    }

    /// A link to `proxy` is ready: offers on it what is offered.
    pub(super) fn on_ready(&mut self, link: LinkId, proxy: ProxyId, outputs: &mut Outputs) {
        self.links.insert(link, proxy);
        for channel in self.offered.first() {
            self.searches.ask(link, channel);
            outputs.push_back(MeshOutput::Offer { link, channel: channel.clone() });
        }
    }

    /// A link is no more, so no answer comes from it.
    pub(super) fn on_closed_link(&mut self, link: LinkId, outputs: &mut Outputs) {
        self.links.remove(link);
        for channel in self.searches.remove_link(link) {
            self.finish_search(&channel, outputs);
        }
    }

    /// A channel has its first member here.
    pub(super) fn on_opened(&mut self, channel: ChannelName, outputs: &mut Outputs) {
        let changes = self.offered.open(channel.clone());
        if changes.is_empty() {
            // The members who heard the answer may have left meanwhile, and others come.
            return self.await_search(&channel, outputs);
        }
        self.apply(changes, outputs);
    }

    /// A channel has lost its last member here.
    pub(super) fn on_closed(&mut self, channel: ChannelName, outputs: &mut Outputs, now: Instant) {
        let changes = self.offered.close(channel, now + self.linger_time);
        self.apply(changes, outputs);
    }

    pub(super) fn on_searched(&mut self, link: LinkId, channel: &ChannelName, outputs: &mut Outputs) {
        if self.searches.answer(link, channel) {
            self.finish_search(channel, outputs);
        }
    }

    pub(super) fn on_shared(&mut self, link: LinkId, channel: &ChannelName, is_matched: bool) {
        self.searches.share(link, channel, is_matched && self.links.contains_key(link));
    }

    /// Withdraws channels that have been empty for long enough.
    pub(super) fn expire(&mut self, outputs: &mut Outputs, now: Instant) {
        let changes = self.offered.expire(now);
        self.apply(changes, outputs);
    }

    /// When [`Self::expire`] has something to do.
    pub(super) fn next_expiry(&self) -> Option<Instant> {
        self.offered.next_expiry()
    }

    fn apply(&mut self, changes: Vec<Change>, outputs: &mut Outputs) {
        for change in changes {
            match change {
                Change::Offer(channel) => self.offer(&channel, outputs),
                Change::Linger(channel) => {
                    let linger = |link| MeshOutput::Linger { link, channel: channel.clone() };
                    outputs.extend(self.links.keys().map(linger));
                }
                Change::Withdraw(channel) => {
                    self.searches.forget(&channel);
                    let withdraw = |link| MeshOutput::Withdraw { link, channel: channel.clone() };
                    outputs.extend(self.links.keys().map(withdraw));
                }
                Change::Isolated(channel, is_isolated) => {
                    outputs.push_back(MeshOutput::Isolated { channel, is_isolated });
                }
            }
        }
    }

    fn offer(&mut self, channel: &ChannelName, outputs: &mut Outputs) {
        for link in self.links.keys() {
            self.searches.ask(link, channel);
            outputs.push_back(MeshOutput::Offer { link, channel: channel.clone() });
        }
        self.await_search(channel, outputs);
    }

    /// Says which proxies are in the channel as soon as all links have answered.
    fn await_search(&mut self, channel: &ChannelName, outputs: &mut Outputs) {
        self.searches.wait_for(channel);
        self.finish_search(channel, outputs);
    }

    fn finish_search(&mut self, channel: &ChannelName, outputs: &mut Outputs) {
        let Some(found) = self.searches.finish(channel) else { return };
        let found = found.iter().filter_map(|link| self.links.get(*link).cloned()).collect();
        outputs.push_back(MeshOutput::Searched { channel: channel.clone(), found });
    }
}
