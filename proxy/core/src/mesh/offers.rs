//! The channels that are offered to other proxies.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use nws_protocol::ChannelName;
use nws_protocol::link::Hello;

use super::{LinkId, Mesh, MeshOutput};

/// Network channels that have members here, or had some lately. At most so many are offered as a link has
/// slots; those that come later wait until another one is withdrawn.
///
/// What is offered costs the other side an evaluation, of which it grants few. So empty channels are looked for no more
/// where that has not begun: on a new link, where they would add to what it begins with, and on others.
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

/// What is to be said on every link, or at home.
enum Change {
    Offer(ChannelName),
    Linger(ChannelName),
    Withdraw(ChannelName),
    Isolated(ChannelName, bool),
}

impl Change {
    /// What it is on one link.
    fn on(&self, link: LinkId) -> Option<MeshOutput> {
        match self {
            Self::Offer(channel) => Some(MeshOutput::Offer { link, channel: channel.clone() }),
            Self::Linger(channel) => Some(MeshOutput::Linger { link, channel: channel.clone() }),
            Self::Withdraw(channel) => Some(MeshOutput::Withdraw { link, channel: channel.clone() }),
            Self::Isolated(..) => None,
        }
    }
}

impl Offers {
    /// What is offered first on a new link: empty channels as far as they cost nothing.
    fn first(&self) -> impl Iterator<Item = &ChannelName> {
        let open = self.channels.iter().filter(|(_, state)| matches!(state, State::Open));
        let count = self.channels.len() - self.waiting.len() - self.lingering.len();
        let empty = self.lingering.iter().rev().map(|(_, channel)| channel);
        open.map(|(channel, _)| channel).chain(empty.take(Hello::slots_for(count) - count))
    }

    fn open(&mut self, channel: ChannelName, slots_max: usize) -> Vec<Change> {
        match self.channels.get_mut(&channel) {
            Some(State::Open) => Vec::new(),
            // Those who have heard of it may have left meanwhile, and others come.
            Some(State::Waiting(_)) => vec![Change::Isolated(channel, true)],
            Some(state @ State::Lingering(_)) => {
                if let State::Lingering(until) = std::mem::replace(state, State::Open) {
                    self.lingering.remove(&(until, channel.clone()));
                }
                vec![Change::Offer(channel)]
            }
            None => self.add(channel, slots_max),
        }
    }

    fn add(&mut self, channel: ChannelName, slots_max: usize) -> Vec<Change> {
        let mut changes = Vec::new();
        if self.has_room(slots_max, &mut changes) {
            self.channels.insert(channel.clone(), State::Open);
            changes.push(Change::Offer(channel));
        } else {
            self.last += 1;
            self.channels.insert(channel.clone(), State::Waiting(self.last));
            self.waiting.insert(self.last, channel.clone());
            changes.push(Change::Isolated(channel, true));
        }
        changes
    }

    fn close(&mut self, channel: ChannelName, until: Instant, slots_max: usize) -> Vec<Change> {
        let mut changes = Vec::new();
        match self.channels.get_mut(&channel) {
            Some(state @ State::Open) => {
                *state = State::Lingering(until);
                self.lingering.insert((until, channel.clone()));
                changes.push(Change::Linger(channel));
            }
            Some(State::Waiting(order)) => {
                self.waiting.remove(order);
                self.channels.remove(&channel);
                changes.push(Change::Isolated(channel, false));
            }
            Some(State::Lingering(_)) | None => {}
        }
        self.fill(slots_max, &mut changes);
        changes
    }

    /// Offers what waits, as far as there is room.
    fn fill(&mut self, slots_max: usize, changes: &mut Vec<Change>) {
        while !self.waiting.is_empty()
            && self.has_room(slots_max, changes)
            && let Some((_, channel)) = self.waiting.pop_first()
        {
            self.channels.insert(channel.clone(), State::Open);
            changes.push(Change::Isolated(channel.clone(), false));
            changes.push(Change::Offer(channel));
        }
    }

    /// Whether one more can be offered; empty channels make room.
    fn has_room(&mut self, slots_max: usize, changes: &mut Vec<Change>) -> bool {
        if self.channels.len() - self.waiting.len() < slots_max {
            return true;
        }
        let Some((_, empty)) = self.lingering.pop_first() else { return false };
        self.channels.remove(&empty);
        changes.push(Change::Withdraw(empty));
        true
    }

    fn expire(&mut self, slots_max: usize, now: Instant) -> Vec<Change> {
        let mut changes = Vec::new();
        while self.lingering.first().is_some_and(|(until, _)| *until <= now)
            && let Some((_, channel)) = self.lingering.pop_first()
        {
            self.channels.remove(&channel);
            changes.push(Change::Withdraw(channel));
        }
        self.fill(slots_max, &mut changes);
        changes
    }

    pub(super) fn next_expiry(&self) -> Option<Instant> {
        self.lingering.first().map(|(until, _)| *until)
    }
}

impl Mesh {
    pub(super) fn on_opened(&mut self, channel: ChannelName) {
        let changes = self.offers.open(channel.clone(), self.config.slots_max);
        if changes.is_empty() {
            // It is offered already. Those who have heard the answer may have left meanwhile, and others come.
            return self.await_search(&channel);
        }
        self.tell_links(changes);
    }

    pub(super) fn on_closed(&mut self, channel: ChannelName, now: Instant) {
        let until = now + self.config.linger_time;
        let changes = self.offers.close(channel, until, self.config.slots_max);
        self.tell_links(changes);
    }

    pub(super) fn expire_offers(&mut self, now: Instant) {
        let changes = self.offers.expire(self.config.slots_max, now);
        self.tell_links(changes);
    }

    pub(super) fn offer_all(&mut self, link: LinkId) {
        for channel in self.offers.first() {
            self.searches.ask(link, channel);
            self.outputs.push_back(MeshOutput::Offer { link, channel: channel.clone() });
        }
    }

    fn tell_links(&mut self, changes: Vec<Change>) {
        for change in changes {
            if let Change::Isolated(channel, is_isolated) = change {
                self.outputs.push_back(MeshOutput::Isolated { channel, is_isolated });
                continue;
            }
            if let Change::Withdraw(channel) = &change {
                self.searches.forget(channel);
            }
            for (link, _) in self.links.iter().filter(|(_, it)| it.is_ready()) {
                if let Change::Offer(channel) = &change {
                    self.searches.ask(link, channel);
                }
                self.outputs.extend(change.on(link));
            }
            if let Change::Offer(channel) = &change {
                self.await_search(channel);
            }
        }
    }
}
