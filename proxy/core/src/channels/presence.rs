//! Who is there: reserving, joining and leaving, and telling the others.

use std::time::Instant;

use nws_protocol::link::Record;
use nws_protocol::structured::{LeaveReason, Notice};
use nws_protocol::{CloseCode, Nonce, PeerId, Scope};
use rand_chacha::rand_core::Rng;

use super::channel::{Channel, Holder};
use super::member::{Member, Place, State};
use super::outbox::Frame;
use super::trunk::Departure;
use super::{ChannelId, ChannelKey, Channels, ConnId, Framing, Output};

impl Channels {
    /// Where no channel can be opened any more the id counts as reserved: joining then says why.
    pub(super) fn reserve(&mut self, conn: ConnId, channel: ChannelKey, peer: PeerId, now: Instant) {
        if self.members.contains_key(conn) {
            return;
        }
        let mut member = Member::new(peer.clone(), Framing::Raw, now);
        member.state = State::Reserved;
        if let Some(channel) = self.open_channel(channel) {
            if !self.channels[channel].claim(peer, Holder::Here(conn)) {
                self.outputs.push_back(Output::Taken { conn });
                return;
            }
            member.place = Some(Place { channel, seat: None });
        }
        self.members.insert(conn, member);
        self.outputs.push_back(Output::Reserved { conn });
    }

    pub(super) fn join(&mut self, conn: ConnId, channel: ChannelKey, framing: Framing, now: Instant) {
        if !self.members.contains_key(conn) {
            self.enter(conn, channel, now);
        }
        let Some(member) = self.members.get_mut(conn).filter(|member| member.state == State::Reserved) else {
            return;
        };
        member.state = State::Open;
        member.framing = framing;
        (member.heard, member.asked) = (now, now);
        self.agenda.set(conn, now + self.config.ping_interval.min(self.config.silence_max));
        let place = member.place;
        if self.stopping {
            return self.close_as_stopping(conn, now);
        }
        let Some(place) = place else {
            return self.turn_away(conn, "too many channels", now);
        };
        if self.channels[place.channel].present.len() >= self.config.channel_peers_max {
            return self.turn_away(conn, "too many peers in this channel", now);
        }
        if !self.channels[place.channel].has_number() {
            self.renumber(place.channel, now);
        }
        self.announce(conn, place.channel, framing);
        if framing == Framing::Structured {
            self.await_welcome(conn, place.channel, now);
        }
    }

    /// Closes a client for which there is no room.
    fn turn_away(&mut self, conn: ConnId, reason: &str, now: Instant) {
        self.outputs.push_back(Output::Full);
        self.close(conn, CloseCode::LimitReached, reason, now);
    }

    /// Takes `conn` out of its channel and tells the others, after all that it has said.
    pub(super) fn leave(&mut self, conn: ConnId, reason: Option<LeaveReason>, now: Instant) {
        self.deliver();
        let Some(member) = self.members.get_mut(conn) else { return };
        let Some(Place { channel: id, seat }) = member.place.take() else { return };
        match seat {
            Some(seat) if member.trunk.is_some() => self.clear_trunk(conn, id, seat, now),
            Some(seat) => self.unseat(conn, id, seat, reason),
            None => self.channels[id].release(&member.id),
        }
        self.close_if_empty(id);
    }

    /// A channel exists no longer than anybody is in it.
    pub(super) fn close_if_empty(&mut self, id: ChannelId) {
        if let Some(channel) = self.channels.get(id).filter(|channel| channel.is_empty()) {
            self.by_key.remove(&channel.key);
            self.channels.remove(id);
            self.config.shared.release_channel();
        }
    }

    fn unseat(&mut self, conn: ConnId, id: ChannelId, seat: usize, reason: Option<LeaveReason>) {
        let member = &self.members[conn];
        let (peer, number, framing) = (member.id.clone(), member.number, member.framing);
        let channel = &mut self.channels[id];
        channel.release(&peer);
        channel.awaiting.remove(&conn);
        if let Some(moved) = channel.unseat(seat, number, framing) {
            self.members[moved].place = Some(Place { channel: id, seat: Some(seat) });
        }
        if channel.present.is_empty() && channel.key.scope == Scope::Network {
            self.outputs.push_back(Output::Closed { channel: channel.key.name.clone() });
        }
        self.tell_all(id, conn, &peer, |you, peer| Notice::Disconnect { you, peer, reason });
        match reason {
            Some(LeaveReason::Slow) => self.tell_trunks(id, conn, Record::Slow { member: number }),
            None => {}
        }
        self.tell_trunks(id, conn, Record::Leave { member: number });
        self.forget_not_admitted(id, number);
    }

    /// A member of this proxy with an id that no other proxy can announce.
    pub(super) fn generate_member(&mut self, framing: Framing, now: Instant) -> Member {
        let mut nonce = Nonce::default();
        self.rng.fill_bytes(&mut nonce);
        let mut member = Member::new(PeerId::generated(&self.proxy, &nonce), framing, now);
        member.nonce = Some(nonce);
        member
    }

    fn enter(&mut self, conn: ConnId, channel: ChannelKey, now: Instant) {
        let mut member = self.generate_member(Framing::Structured, now);
        member.state = State::Reserved;
        if let Some(channel) = self.open_channel(channel) {
            self.channels[channel].claim(member.id.clone(), Holder::Here(conn));
            member.place = Some(Place { channel, seat: None });
        }
        self.members.insert(conn, member);
    }

    /// The channel `key`, made where it did not exist; `None` when there are too many.
    pub(super) fn open_channel(&mut self, key: ChannelKey) -> Option<ChannelId> {
        if let Some(&id) = self.by_key.get(&key) {
            return Some(id);
        }
        if !self.config.shared.claim_channel() {
            return None;
        }
        let id =
            self.channels.insert(Channel::new(key.clone(), self.config.first_number, self.hasher.clone()));
        self.by_key.insert(key, id);
        Some(id)
    }

    /// All numbers of a channel are used up. As none may come twice in one stream, those to other proxies begin anew, and everybody
    /// who is present gets a number from 0 on.
    fn renumber(&mut self, id: ChannelId, now: Instant) {
        let trunks = self.channels[id].trunks.clone();
        trunks.into_iter().for_each(|trunk| self.end_trunk(trunk, now));
        let mut present = self.channels[id].present.clone();
        present.sort_unstable_by_key(|conn| self.members[*conn].number);
        for (number, conn) in (0..).zip(&present) {
            self.members[*conn].number = number;
        }
        self.channels[id].renumber(&present);
    }

    /// Tells the newcomer who it is and of everybody, and everybody of the newcomer, and seats it.
    fn announce(&mut self, conn: ConnId, id: ChannelId, framing: Framing) {
        let peer = self.members[conn].id.clone();
        if framing == Framing::Structured {
            let mut snapshot = std::mem::take(&mut self.encoded);
            let message_max = self.config.message_max;
            Notice::Status { you: &peer, message_max }.write_frame(&mut snapshot);
            for &other in &self.channels[id].present {
                Notice::Connect { you: &peer, peer: &self.members[other].id }.write_frame(&mut snapshot);
            }
            let channel = &self.channels[id];
            for &trunk in &channel.trunks {
                for other in self.members[trunk].trunk.iter().flat_map(|trunk| trunk.present()) {
                    Notice::Connect { you: &peer, peer: other }.write_frame(&mut snapshot);
                }
            }
            for other in channel.departures.iter().flat_map(Departure::present) {
                Notice::Connect { you: &peer, peer: other }.write_frame(&mut snapshot);
            }
            self.queue(conn, conn, &Frame::Copied(&snapshot));
            snapshot.clear();
            self.encoded = snapshot;
        }
        self.tell_all(id, conn, &peer, |you, peer| Notice::Connect { you, peer });
        let channel = &mut self.channels[id];
        if channel.present.is_empty() && channel.key.scope == Scope::Network {
            channel.found = None;
            self.outputs.push_back(Output::Opened { channel: channel.key.name.clone() });
        }
        let (seat, number) = channel.seat(conn, framing);
        let member = &mut self.members[conn];
        member.place = Some(Place { channel: id, seat: Some(seat) });
        member.number = number;
        self.tell_trunks_of_newcomer(id, conn);
        if self.channels[id].is_isolated {
            self.tell_isolated(conn);
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
        let mut frame = std::mem::take(&mut self.encoded);
        let present = std::mem::take(&mut self.channels[id].present);
        for &to in &present {
            let member = &self.members[to];
            if member.framing == Framing::Structured {
                frame.clear();
                notice(&member.id, peer).write_frame(&mut frame);
                self.queue(to, cause, &Frame::Copied(&frame));
            }
        }
        self.channels[id].present = present;
        // Who is told nothing was looked at nevertheless.
        self.frames += self.channels[id].raw as u64;
        frame.clear();
        self.encoded = frame;
    }
}
