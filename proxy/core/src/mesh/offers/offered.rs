//! Which channels are offered, and which wait for a place.
//!
//! An offer costs the other side an evaluation, of which it grants few. So an empty channel is not
//! offered anew where it was not offered before.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use nws_protocol::ChannelName;
use nws_protocol::link::Hello;

/// Network channels that have members here, or had some lately. At most `slots_max` are offered, as
/// a link has slots for no more. Those that come later wait until another one is withdrawn.
pub(super) struct Offered {
    slots_max: usize,
    states: BTreeMap<ChannelName, State>,
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

/// What changes on every link, or for the channel's members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Offer(ChannelName),
    Linger(ChannelName),
    Withdraw(ChannelName),
    Isolated(ChannelName, bool),
}

impl Offered {
    pub(super) const fn new(slots_max: usize) -> Self {
        Self {
            slots_max,
            states: BTreeMap::new(),
            lingering: BTreeSet::new(),
            waiting: BTreeMap::new(),
            last: 0,
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::new(self.slots_max);
    }

    /// The channels that are offered first on a new link: empty ones as far as they cost nothing.
    pub(super) fn first(&self) -> impl Iterator<Item = &ChannelName> {
        let open = self.states.iter().filter(|(_, state)| matches!(state, State::Open));
        let count = self.states.len() - self.waiting.len() - self.lingering.len();
        let empty = self.lingering.iter().rev().map(|(_, channel)| channel);
        open.map(|(channel, _)| channel).chain(empty.take(Hello::slots_for(count) - count))
    }

    /// A channel has its first member. Gives nothing if it is offered already.
    pub(super) fn open(&mut self, channel: ChannelName) -> Vec<Change> {
        match self.states.get_mut(&channel) {
            Some(State::Open) => Vec::new(),
            // The members who were told of it may have left meanwhile, and others come.
            Some(State::Waiting(_)) => vec![Change::Isolated(channel, true)],
            Some(state @ State::Lingering(_)) => {
                if let State::Lingering(until) = std::mem::replace(state, State::Open) {
                    self.lingering.remove(&(until, channel.clone()));
                }
                vec![Change::Offer(channel)]
            }
            None => self.add(channel),
        }
    }

    fn add(&mut self, channel: ChannelName) -> Vec<Change> {
        let mut changes = Vec::new();
        if self.make_room(&mut changes) {
            self.states.insert(channel.clone(), State::Open);
            changes.push(Change::Offer(channel));
        } else {
            self.last += 1;
            self.states.insert(channel.clone(), State::Waiting(self.last));
            self.waiting.insert(self.last, channel.clone());
            changes.push(Change::Isolated(channel, true));
        }
        changes
    }

    /// A channel has lost its last member, and is offered until `until` if it was so far.
    pub(super) fn close(&mut self, channel: ChannelName, until: Instant) -> Vec<Change> {
        let mut changes = Vec::new();
        match self.states.get_mut(&channel) {
            Some(state @ State::Open) => {
                *state = State::Lingering(until);
                self.lingering.insert((until, channel.clone()));
                changes.push(Change::Linger(channel));
            }
            Some(State::Waiting(order)) => {
                self.waiting.remove(order);
                self.states.remove(&channel);
                changes.push(Change::Isolated(channel, false));
            }
            Some(State::Lingering(_)) | None => {}
        }
        self.fill(&mut changes);
        changes
    }

    /// Withdraws the channels that have been empty for long enough.
    pub(super) fn expire(&mut self, now: Instant) -> Vec<Change> {
        let mut changes = Vec::new();
        while self.lingering.first().is_some_and(|(until, _)| *until <= now)
            && let Some((_, channel)) = self.lingering.pop_first()
        {
            self.states.remove(&channel);
            changes.push(Change::Withdraw(channel));
        }
        self.fill(&mut changes);
        changes
    }

    /// When [`Self::expire`] has something to do.
    pub(super) fn next_expiry(&self) -> Option<Instant> {
        self.lingering.first().map(|(until, _)| *until)
    }

    /// Offers channels that wait, as far as there is room.
    fn fill(&mut self, changes: &mut Vec<Change>) {
        while !self.waiting.is_empty()
            && self.make_room(changes)
            && let Some((_, channel)) = self.waiting.pop_first()
        {
            self.states.insert(channel.clone(), State::Open);
            changes.push(Change::Isolated(channel.clone(), false));
            changes.push(Change::Offer(channel));
        }
    }

    /// Gives whether one more channel can be offered. An empty one gives way if need be.
    fn make_room(&mut self, changes: &mut Vec<Change>) -> bool {
        if self.states.len() - self.waiting.len() < self.slots_max {
            return true;
        }
        let Some((_, empty)) = self.lingering.pop_first() else { return false };
        self.states.remove(&empty);
        changes.push(Change::Withdraw(empty));
        true
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "any time is as good as another")]
mod tests {
    use std::time::Duration;

    use super::Change::{Isolated, Linger, Offer, Withdraw};
    use super::*;

    fn name(name: &str) -> ChannelName {
        ChannelName::new(name).expect("a name")
    }

    #[test]
    fn an_empty_channel_gives_its_place_to_one_that_waits() {
        let now = Instant::now();
        let mut offered = Offered::new(1);
        assert_eq!(offered.open(name("a")), [Offer(name("a"))]);
        assert_eq!(offered.open(name("b")), [Isolated(name("b"), true)]);
        let changes = offered.close(name("a"), now);
        let expected = [Linger(name("a")), Withdraw(name("a")), Isolated(name("b"), false), Offer(name("b"))];
        assert_eq!(changes, expected);
        assert_eq!(offered.next_expiry(), None);
    }

    #[test]
    fn those_that_wait_get_places_in_the_order_in_which_they_came() {
        let now = Instant::now();
        let mut offered = Offered::new(1);
        for channel in ["a", "c", "b"] {
            offered.open(name(channel));
        }
        assert_eq!(offered.close(name("a"), now).last(), Some(&Offer(name("c"))));
        assert_eq!(offered.close(name("c"), now).last(), Some(&Offer(name("b"))));
    }

    #[test]
    fn a_new_link_begins_with_empty_channels_only_where_padding_would_be() {
        let now = Instant::now();
        let mut offered = Offered::new(100);
        let empty: Vec<ChannelName> = (0..50).map(|n| name(&format!("empty{n}"))).collect();
        for (channel, second) in empty.iter().zip(0..) {
            offered.open(channel.clone());
            offered.close(channel.clone(), now + Duration::from_secs(second));
        }
        offered.open(name("open"));
        let first: Vec<&ChannelName> = offered.first().collect();
        assert_eq!(first.len(), Hello::slots_for(1), "as many as would be asked for anyway");
        assert_eq!(first[..2], [&name("open"), &empty[49]], "the one that has left last comes first");
    }
}
