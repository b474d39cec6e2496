//! Lets clients reserve ids, join and leave, and tells the others.

use std::time::Instant;

use nws_protocol::link::Record;
use nws_protocol::structured::{LeaveReason, Notice};
use nws_protocol::websocket;
use nws_protocol::{CloseCode, Nonce, PeerId, Scope};
use rand_chacha::rand_core::Rng;

use super::delivery::OutboxFrame;
use super::rosters::{ChannelId, Client, Holder, Member, Reserved};
use super::{ChannelKey, Channels, ConnId, Framing, Output};

impl Channels {
    /// Reserves `id`. If no further channel can be opened, the id counts as reserved: the client
    /// learns the reason when it joins.
    pub(super) fn reserve(&mut self, conn: ConnId, key: ChannelKey, id: PeerId) {
        if self.rosters.is_known(conn) {
            return;
        }
        let channel = self.rosters.open_channel(key);
        if let Some(channel) = channel.and_then(|channel| self.rosters.channel_mut(channel))
            && !channel.claim(id.clone(), Holder::Here(conn))
        {
            return self.delivery.ask(Output::Taken { conn });
        }
        self.enter(conn, Reserved { id, nonce: None, channel });
        self.delivery.ask(Output::Reserved { conn });
    }

    pub(super) fn join(
        &mut self,
        conn: ConnId,
        key: ChannelKey,
        framing: Framing,
        knows_streams: bool,
        now: Instant,
    ) {
        if !self.rosters.is_known(conn) {
            self.reserve_generated(conn, key);
        }
        let Some(Member::Reserved(reserved)) = self.rosters.member(conn) else { return };
        let channel = reserved.channel;
        if self.is_stopping {
            return self.end_client(conn, None, now, |out| {
                websocket::write_close(out, CloseCode::GoingAway, "the proxy stops");
            });
        }
        let Some((id, channel)) = channel.and_then(|id| Some((id, self.rosters.channel(id)?))) else {
            return self.refuse_join(conn, "too many channels", now);
        };
        if channel.present.len() >= self.config.channel_peers_max {
            return self.refuse_join(conn, "too many peers in this channel", now);
        }
        if !channel.has_number() {
            self.renumber(id, now);
        }
        self.agenda.set(conn, now + self.config.ping_interval.min(self.config.silence_max));
        if let Some(Member::Reserved(reserved)) = self.rosters.remove(conn) {
            let mut client = Client::new(reserved, id, framing, now);
            client.knows_streams = knows_streams && framing == Framing::Structured;
            self.announce(conn, client);
            self.note_joined(conn, now);
        }
        if framing == Framing::Structured {
            self.await_welcome(conn, id, now);
        }
    }

    /// Takes the `member` on a connection out of its channel, and tells the others, after all that
    /// it has said.
    pub(super) fn leave(&mut self, conn: ConnId, member: Member, reason: Option<LeaveReason>, now: Instant) {
        match member {
            Member::Reserved(Reserved { id, channel: Some(channel), .. }) => {
                if let Some(channel) = self.rosters.channel_mut(channel) {
                    channel.release(&id);
                }
                self.rosters.close_if_empty(channel);
            }
            Member::Client(client) => self.remove_client(conn, &client, reason, now),
            Member::Group(group) => self.remove_group(conn, *group, now),
            Member::Reserved(_) | Member::Closing { .. } => {}
        }
    }

    /// Sends a notice about `cause` to every structured member that is present.
    pub(super) fn tell_all(
        &mut self,
        id: ChannelId,
        cause: ConnId,
        peer: &PeerId,
        notice: impl for<'a> Fn(&'a PeerId, &'a PeerId) -> Notice<'a>,
    ) {
        let Self { rosters, delivery, encoded, .. } = self;
        let Some(channel) = rosters.channel(id) else { return };
        for entry in channel.present.iter().filter(|entry| entry.framing == Framing::Structured) {
            if let Some(client) = rosters.client(entry.conn) {
                encoded.clear();
                notice(&client.id, peer).write_frame(encoded);
                delivery.send(entry.conn, cause, &OutboxFrame::Copied(encoded));
            }
        }
        // Members that are told nothing were looked at nevertheless.
        delivery.pass_over(channel.raw);
    }

    /// Closes a client for which there is no room.
    fn refuse_join(&mut self, conn: ConnId, reason: &str, now: Instant) {
        self.delivery.ask(Output::Full);
        self.end_client(conn, None, now, |out| {
            websocket::write_close(out, CloseCode::LimitReached, reason);
        });
    }

    fn note_joined(&mut self, conn: ConnId, now: Instant) {
        let Some(client) = self.rosters.client(conn) else { return };
        let Some(channel) = self.rosters.channel(client.channel) else { return };
        self.history.note_joined(channel.key.clone(), client.id.clone(), now);
    }

    /// Counts what a client has done that leaves.
    fn note_left(&mut self, client: &Client, now: Instant) {
        self.history.counts.messages += client.messages;
        self.history.counts.received_bytes += client.bytes;
        let Some(channel) = self.rosters.channel_mut(client.channel) else { return };
        channel.messages += client.messages;
        channel.bytes += client.bytes;
        self.history.note_left(channel.key.clone(), client.id.clone(), now);
    }

    fn remove_client(&mut self, conn: ConnId, client: &Client, reason: Option<LeaveReason>, now: Instant) {
        self.unfinished.note(conn, client.unfinished, 0);
        self.note_left(client, now);
        let id = client.channel;
        self.rosters.remove_client(conn, client);
        let Some(channel) = self.rosters.channel(id) else { return };
        if channel.present.is_empty() && channel.key.scope == Scope::Network {
            self.delivery.ask(Output::Closed { channel: channel.key.name.clone() });
        }
        self.tell_all(id, conn, &client.id, |you, peer| Notice::Disconnect { you, peer, reason });
        let number = client.number;
        match reason {
            Some(LeaveReason::Slow) => self.tell_groups(id, conn, Record::Slow { member: number }),
            None => {}
        }
        self.tell_groups(id, conn, Record::Leave { member: number });
        self.forget_not_admitted(id, number);
        self.rosters.close_if_empty(id);
    }

    /// Reserves a generated id that no other proxy can announce and that no other member has.
    fn reserve_generated(&mut self, conn: ConnId, key: ChannelKey) {
        let mut nonce = Nonce::default();
        self.rng.fill_bytes(&mut nonce);
        let id = PeerId::generated(&self.proxy, &nonce);
        let channel = self.rosters.open_channel(key);
        if let Some(channel) = channel.and_then(|channel| self.rosters.channel_mut(channel)) {
            channel.claim(id.clone(), Holder::Here(conn));
        }
        self.enter(conn, Reserved { id, nonce: Some(nonce), channel });
    }

    fn enter(&mut self, conn: ConnId, reserved: Reserved) {
        self.rosters.set(conn, Member::Reserved(reserved));
        self.delivery.open_client(conn);
    }

    /// Numbers the members of a channel anew, from 0 on, because all its numbers are used up. No
    /// number may come twice in one stream, so the streams to other proxies begin anew too.
    fn renumber(&mut self, id: ChannelId, now: Instant) {
        let groups: Vec<ConnId> = self.rosters.groups(id).map(|(conn, _)| conn).collect();
        groups.into_iter().for_each(|conn| self.end_group(conn, now));
        self.rosters.renumber(id);
    }

    /// Tells the newcomer its id and all members, tells all members of the newcomer, and makes it
    /// present.
    fn announce(&mut self, conn: ConnId, client: Client) {
        let (id, peer, framing) = (client.channel, client.id.clone(), client.framing);
        if framing == Framing::Structured {
            self.show_present(conn, id, &peer, client.knows_streams);
        }
        self.tell_all(id, conn, &peer, |you, peer| Notice::Connect { you, peer });
        let Some(channel) = self.rosters.channel_mut(id) else { return };
        if channel.present.is_empty() && channel.key.scope == Scope::Network {
            channel.found = None;
            self.delivery.ask(Output::Opened { channel: channel.key.name.clone() });
        }
        let is_isolated = channel.is_isolated;
        self.rosters.add_client(conn, client);
        self.tell_groups_of_newcomer(id, conn);
        if is_isolated {
            self.tell_isolated(conn);
        }
    }

    /// Tells a newcomer of all members that are present.
    fn show_present(&mut self, conn: ConnId, id: ChannelId, you: &PeerId, has_streams: bool) {
        let Self { rosters, delivery, encoded, config, .. } = self;
        encoded.clear();
        Notice::Status { you, message_max: config.message_max, has_streams }.write_frame(encoded);
        rosters.present(id).for_each(|peer| Notice::Connect { you, peer }.write_frame(encoded));
        delivery.send(conn, conn, &OutboxFrame::Copied(encoded));
    }
}
