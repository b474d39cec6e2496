//! Who joins is told once that everybody has been told who was there before: when all other proxies have said who is in the
//! channel, or when they take too long.

use std::collections::{BTreeSet, VecDeque};
use std::time::Instant;

use nws_protocol::limits::WELCOME_TIME;
use nws_protocol::structured::Notice;
use nws_protocol::{ChannelName, ProxyId, Scope};

use super::trunk::{Departure, Trunk};
use super::{ChannelId, ChannelKey, Channels, ConnId, Turn};

/// Who is to be told.
#[derive(Default)]
pub(super) struct Welcomes {
    /// Those who wait for other proxies, and until when, in that order. It has no more than join within [`WELCOME_TIME`].
    late: VecDeque<(Instant, ConnId)>,
    /// Channels of which more is known than before.
    changed: Vec<ChannelId>,
}

impl Welcomes {
    pub(super) fn next(&self) -> Option<Instant> {
        self.late.front().map(|(until, _)| *until)
    }

    pub(super) fn has_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    pub(super) fn note_change(&mut self, channel: ChannelId) {
        // A link may say the same again and again.
        if self.changed.last() != Some(&channel) {
            self.changed.push(channel);
        }
    }
}

impl Channels {
    pub(super) fn on_searched(&mut self, name: &ChannelName, found: &[ProxyId]) {
        let key = ChannelKey { scope: Scope::Network, name: name.clone() };
        let Some(&id) = self.by_key.get(&key) else { return };
        self.channels[id].found = Some(found.to_vec());
        self.welcomes.note_change(id);
    }

    /// Whoever has just been shown who is here waits for those who are elsewhere.
    pub(super) fn await_welcome(&mut self, conn: ConnId, id: ChannelId, now: Instant) {
        if self.is_settled(id) {
            return self.welcome(conn, self.count(id), true);
        }
        self.channels[id].awaiting.insert(conn);
        self.welcomes.late.push_back((now + WELCOME_TIME, conn));
    }

    /// Welcomes all who have waited for what is known now.
    #[cold]
    pub(super) fn welcome_settled(&mut self) {
        while let Some(id) = self.welcomes.changed.pop() {
            if self.channels.get(id).is_some_and(|channel| !channel.awaiting.is_empty())
                && self.is_settled(id)
            {
                let (awaiting, count) = (std::mem::take(&mut self.channels[id].awaiting), self.count(id));
                awaiting.into_iter().for_each(|conn| self.welcome(conn, count, true));
            }
        }
    }

    /// Welcomes those who have waited for too long.
    pub(super) fn welcome_late(&mut self, turn: &mut Turn, now: Instant) {
        while !turn.is_over()
            && let Some((_, conn)) = self.welcomes.late.pop_front_if(|(until, _)| *until <= now)
        {
            turn.spend_visits(1);
            let Some(place) = self.members.get(conn).and_then(|member| member.place) else { continue };
            if self.channels[place.channel].awaiting.remove(&conn) {
                self.welcome(conn, self.count(place.channel), false);
            }
        }
    }

    /// Whether all proxies have said who is in the channel.
    fn is_settled(&self, id: ChannelId) -> bool {
        let channel = &self.channels[id];
        if channel.key.scope == Scope::Local || !self.config.has_links {
            return true;
        }
        let Some(found) = &channel.found else { return false };
        let mut trunks = channel.trunks.iter().filter_map(|&conn| self.members[conn].trunk.as_deref());
        let here: BTreeSet<&ProxyId> = trunks.clone().map(Trunk::proxy).collect();
        found.iter().all(|proxy| here.contains(proxy)) && trunks.all(|trunk| trunk.has_told_all)
    }

    /// How many are present in a channel, here and elsewhere.
    fn count(&self, id: ChannelId) -> usize {
        let channel = &self.channels[id];
        let trunks = channel.trunks.iter().filter_map(|&conn| self.members[conn].trunk.as_deref());
        let leaving = channel.departures.iter().map(Departure::present_count).sum::<usize>();
        channel.present.len() + trunks.map(Trunk::present_count).sum::<usize>() + leaving
    }

    /// Welcomes one of so many.
    fn welcome(&mut self, conn: ConnId, count: usize, is_settled: bool) {
        self.deliver();
        let Some(member) = self.members.get(conn) else { return };
        let (you, peers, message_max) = (member.id.clone(), count - 1, self.config.message_max);
        let welcome = Notice::Welcome { you: &you, peers, message_max, is_settled };
        self.queue_with(conn, conn, |out| welcome.write_frame(out));
    }
}
