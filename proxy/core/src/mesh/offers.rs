//! The channels that are offered to other proxies.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use nws_protocol::ChannelName;

use super::{LinkId, Mesh, MeshOutput};

/// Network channels that have members here, or had some lately. At most so many are offered as a link has
/// slots; those that come later wait until another one is withdrawn.
#[derive(Default)]
pub(super) struct Offers {
    channels: BTreeMap<ChannelName, State>,
    /// The empty ones that are still offered, by the time at which that ends.
    lingering: BTreeSet<(Instant, ChannelName)>,
    /// Those that wait for a place, in the order in which they came.
    waiting: BTreeMap<u64, ChannelName>,
    last: u64,
}

/// How a channel stands.
#[derive(Clone, Copy)]
enum State {
    Open,
    Lingering(Instant),
    Waiting(u64),
}

/// What is to be said on every link.
enum Change {
    Offer(ChannelName),
    Withdraw(ChannelName),
}

impl Offers {
    fn offered(&self) -> impl Iterator<Item = &ChannelName> {
        let is_offered = |state: &State| !matches!(state, State::Waiting(_));
        self.channels.iter().filter(move |(_, state)| is_offered(state)).map(|(channel, _)| channel)
    }

    fn open(&mut self, channel: ChannelName, slots_max: usize) -> Vec<Change> {
        match self.channels.get_mut(&channel) {
            Some(State::Open | State::Waiting(_)) => Vec::new(),
            Some(state @ State::Lingering(_)) => {
                if let State::Lingering(until) = std::mem::replace(state, State::Open) {
                    self.lingering.remove(&(until, channel));
                }
                Vec::new()
            }
            None => {
                self.last += 1;
                self.channels.insert(channel.clone(), State::Waiting(self.last));
                self.waiting.insert(self.last, channel);
                self.fill(slots_max)
            }
        }
    }

    fn close(&mut self, channel: ChannelName, until: Instant) {
        match self.channels.get_mut(&channel) {
            Some(state @ State::Open) => {
                *state = State::Lingering(until);
                self.lingering.insert((until, channel));
            }
            Some(State::Waiting(order)) => {
                self.waiting.remove(order);
                self.channels.remove(&channel);
            }
            Some(State::Lingering(_)) | None => {}
        }
    }

    /// Offers what waits, as far as there is room; empty channels make some.
    fn fill(&mut self, slots_max: usize) -> Vec<Change> {
        let mut changes = Vec::new();
        while let Some((&order, _)) = self.waiting.first_key_value() {
            if self.channels.len() - self.waiting.len() >= slots_max {
                let Some((_, empty)) = self.lingering.pop_first() else { break };
                self.channels.remove(&empty);
                changes.push(Change::Withdraw(empty));
            }
            if let Some(channel) = self.waiting.remove(&order) {
                self.channels.insert(channel.clone(), State::Open);
                changes.push(Change::Offer(channel));
            }
        }
        changes
    }

    fn expire(&mut self, slots_max: usize, now: Instant) -> Vec<Change> {
        let mut changes = Vec::new();
        while self.lingering.first().is_some_and(|(until, _)| *until <= now)
            && let Some((_, channel)) = self.lingering.pop_first()
        {
            self.channels.remove(&channel);
            changes.push(Change::Withdraw(channel));
        }
        changes.extend(self.fill(slots_max));
        changes
    }

    pub(super) fn next_expiry(&self) -> Option<Instant> {
        self.lingering.first().map(|(until, _)| *until)
    }
}

impl Mesh {
    pub(super) fn on_opened(&mut self, channel: ChannelName) {
        let changes = self.offers.open(channel, self.config.slots_max);
        self.tell_links(changes);
    }

    pub(super) fn on_closed(&mut self, channel: ChannelName, now: Instant) {
        self.offers.close(channel, now + self.config.linger_time);
        let changes = self.offers.fill(self.config.slots_max);
        self.tell_links(changes);
    }

    pub(super) fn expire_offers(&mut self, now: Instant) {
        let changes = self.offers.expire(self.config.slots_max, now);
        self.tell_links(changes);
    }

    pub(super) fn offer_all(&mut self, link: LinkId) {
        let offers = self.offers.offered().cloned().map(|channel| MeshOutput::Offer { link, channel });
        self.outputs.extend(offers);
    }

    fn tell_links(&mut self, changes: Vec<Change>) {
        for change in changes {
            for (link, _) in self.links.iter().filter(|(_, it)| it.is_ready()) {
                self.outputs.push_back(match &change {
                    Change::Offer(channel) => MeshOutput::Offer { link, channel: channel.clone() },
                    Change::Withdraw(channel) => MeshOutput::Withdraw { link, channel: channel.clone() },
                });
            }
        }
    }
}
