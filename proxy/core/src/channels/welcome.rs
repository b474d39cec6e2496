//! Welcomes newcomers: each is told once that it knows all members that were present before it.
//! That happens when all other proxies have named their members of the channel, or when they take
//! too long.

use std::collections::{BTreeSet, VecDeque};
use std::time::Instant;

use nws_protocol::limits::WELCOME_TIME;
use nws_protocol::structured::Notice;
use nws_protocol::{ChannelName, ProxyId, Scope};

use super::delivery::OutboxFrame;
use super::rosters::Channel;
use super::{ChannelId, Channels, ConnId, Turn};

/// The clients that are to be welcomed.
#[derive(Default)]
pub(super) struct Welcomes {
    /// The clients that wait for other proxies, and until when, in that order. There are no more of
    /// them than join within [`WELCOME_TIME`].
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
        let Some(id) = self.rosters.find_network(name) else { return };
        if let Some(channel) = self.rosters.channel_mut(id) {
            channel.found = Some(found.to_vec());
            self.welcomes.note_change(id);
        }
    }

    /// The newcomer knows the members of this proxy. It now waits for those of other proxies.
    pub(super) fn await_welcome(&mut self, conn: ConnId, id: ChannelId, now: Instant) {
        if self.is_settled(id) {
            return self.welcome(conn, self.rosters.count(id), true);
        }
        if let Some(channel) = self.rosters.channel_mut(id) {
            channel.awaiting.insert(conn);
            self.welcomes.late.push_back((now + WELCOME_TIME, conn));
        }
    }

    /// Welcomes all that waited for what is known now.
    #[cold]
    pub(super) fn welcome_settled(&mut self) {
        while let Some(id) = self.welcomes.changed.pop() {
            let is_awaited = |channel: &Channel| !channel.awaiting.is_empty();
            if self.rosters.channel(id).is_some_and(is_awaited)
                && self.is_settled(id)
                && let Some(channel) = self.rosters.channel_mut(id)
            {
                let awaiting = std::mem::take(&mut channel.awaiting);
                let count = self.rosters.count(id);
                awaiting.into_iter().for_each(|conn| self.welcome(conn, count, true));
            }
        }
    }

    /// Welcomes those that have waited too long.
    pub(super) fn welcome_late(&mut self, turn: &mut Turn, now: Instant) {
        while !turn.is_over()
            && let Some((_, conn)) = self.welcomes.late.pop_front_if(|(until, _)| *until <= now)
        {
            turn.spend_visits(1);
            let Some(id) = self.rosters.client(conn).map(|client| client.channel) else { continue };
            if self.rosters.channel_mut(id).is_some_and(|channel| channel.awaiting.remove(&conn)) {
                self.welcome(conn, self.rosters.count(id), false);
            }
        }
    }

    /// Gives whether all other proxies have named their members of the channel.
    fn is_settled(&self, id: ChannelId) -> bool {
        let Some(channel) = self.rosters.channel(id) else { return false };
        if channel.key.scope == Scope::Local || !self.config.has_links {
            return true;
        }
        let Some(found) = &channel.found else { return false };
        let mut groups = self.rosters.groups(id).map(|(_, group)| group);
        let here: BTreeSet<&ProxyId> = groups.clone().map(|group| &group.proxy).collect();
        found.iter().all(|proxy| here.contains(proxy)) && groups.all(|group| group.has_told_all)
    }

    /// Welcomes a client, which is one of `count` members.
    fn welcome(&mut self, conn: ConnId, count: usize, is_settled: bool) {
        self.deliver();
        let Self { rosters, delivery, encoded, config, .. } = self;
        let Some(client) = rosters.client(conn) else { return };
        encoded.clear();
        let (peers, message_max) = (count - 1, config.message_max);
        Notice::Welcome { you: &client.id, peers, message_max, is_settled }.write_frame(encoded);
        delivery.send(conn, conn, &OutboxFrame::Copied(encoded));
    }
}
