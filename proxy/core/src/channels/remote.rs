//! Relays between the members of this proxy and those of other proxies.
//!
//! One stream of a link stands for a remote group: the members of one other proxy in one channel.
//! The stream carries what members of this proxy do, and never what came from another link: so
//! there are no loops. What comes from the stream is accepted only from members that this very
//! stream has announced.

use std::time::Instant;

use nws_protocol::limits::{LINK_RECORD_MAX, MESSAGE_INLINE_MAX, MESSAGE_LIMIT_MAX};
use nws_protocol::link::{Assembled, Assembler, Payload, Record};
use nws_protocol::structured::LeaveReason;
use nws_protocol::{Json, ProxyId};

use super::batch::Audience;
use super::delivery::OutboxFrame;
use super::rosters::{Broken, ChannelId, Member, RemoteGroup};
use super::said::Said;
use super::{ChannelKey, Channels, ConnId, LongMessage, Turn};

mod admission;
mod departure;
mod presence;
mod stream;

pub(super) use admission::not_admitted;
pub(super) use departure::Departing;

/// Finds the records in the stream of a group, in whatever pieces it comes. It belongs to the owner
/// of the stream, as the decoder of a client does: see
/// [`Channels::hear_stream`](super::Channels::hear_stream).
#[derive(Debug)]
pub struct RecordReader(Assembler);

impl Default for RecordReader {
    fn default() -> Self {
        Self(Assembler::new(LINK_RECORD_MAX).judging(MESSAGE_INLINE_MAX))
    }
}

impl Channels {
    pub(super) fn on_remote_group(
        &mut self,
        conn: ConnId,
        key: ChannelKey,
        mut group: RemoteGroup,
        now: Instant,
    ) {
        if self.is_stopping || self.rosters.is_known(conn) {
            return;
        }
        if let Some(id) = self.rosters.find(&key) {
            self.end_group_of(&group.proxy, id, now);
        }
        let is_overdrawn = group.count_kept().is_err();
        self.delivery.open_stream(conn);
        let Some(id) = self.rosters.open_channel(key) else {
            // No client of this proxy is in the channel any more, and there are too many other
            // channels: what comes is ignored.
            self.rosters.set(conn, Member::Group(Box::new(group)));
            return;
        };
        self.rosters.add_group(conn, id, Box::new(group));
        self.send_roster(conn, id);
        if is_overdrawn {
            self.end_group(conn, now);
        }
    }

    /// Reads on in the stream of a group, to the end of `bytes` or of the turn.
    pub(super) fn on_stream(
        &mut self,
        conn: ConnId,
        reader: &mut RecordReader,
        bytes: &mut &[u8],
        turn: &mut Turn,
        now: Instant,
    ) -> Option<LongMessage> {
        let Some(group) = self.rosters.group(conn) else {
            *bytes = &[];
            return None;
        };
        if let Some(id) = group.channel()
            && self.depart_before(id, turn)
        {
            return None;
        }
        match self.on_records(conn, reader, bytes, turn, now) {
            Ok(long) => long,
            Err(Broken) => {
                *bytes = &[];
                self.end_group(conn, now);
                None
            }
        }
    }

    pub(super) fn on_piece(
        &mut self,
        conn: ConnId,
        RecordReader(reader): &mut RecordReader,
        bytes: Vec<u8>,
        skipped: usize,
        now: Instant,
    ) -> Result<(), Vec<u8>> {
        let Some(group) = self.rosters.group_mut(conn) else { return Err(bytes) };
        reader.take_whole(bytes, skipped)?;
        if group.note_unfinished(reader.buffered()).is_err() {
            self.end_group(conn, now);
        }
        Ok(())
    }

    fn on_records(
        &mut self,
        conn: ConnId,
        RecordReader(reader): &mut RecordReader,
        bytes: &mut &[u8],
        turn: &mut Turn,
        now: Instant,
    ) -> Result<Option<LongMessage>, Broken> {
        loop {
            let (unread, fresh, frames) = (bytes.len(), self.delivery.fresh_bytes(), self.delivery.frames());
            let assembled = reader.next(bytes).map_err(|_| Broken)?;
            let is_end = assembled.is_none();
            let is_long = matches!(assembled, Some(Assembled::Long(_)));
            let long = match assembled {
                Some(Assembled::Record(record)) => {
                    self.on_record(conn, record, now)?;
                    None
                }
                Some(Assembled::Long(record)) => self.long_record(conn, record, now)?,
                None => None,
            };
            let queued = self.delivery.fresh_bytes().saturating_sub(fresh);
            turn.spend_record(unread - bytes.len(), queued, self.delivery.frames() - frames);
            let is_enough = long.is_some() || is_end || (turn.is_over() && !bytes.is_empty());
            if (is_enough || is_long)
                && let Some(group) = self.rosters.group_mut(conn)
            {
                group.note_unfinished(reader.buffered())?;
            }
            if is_enough {
                return Ok(long);
            }
        }
    }

    /// Takes a group and all its members out of the channel, and asks for the end of its link.
    pub(super) fn end_group(&mut self, conn: ConnId, now: Instant) {
        self.deliver();
        if let Some(member) = self.rosters.set(conn, Member::Closing { until: now }) {
            self.leave(conn, member, None, now);
        }
        self.delivery.reset(conn, now);
    }

    /// Ends the group of an earlier link to `proxy`. That link is over, even if this proxy has not
    /// been told yet, and the ids of its members must not count as taken.
    fn end_group_of(&mut self, proxy: &ProxyId, id: ChannelId, now: Instant) {
        let earlier = self.rosters.groups(id).find(|(_, group)| group.proxy == *proxy);
        if let Some(conn) = earlier.map(|(conn, _)| conn) {
            self.end_group(conn, now);
        }
    }

    /// Tells every other proxy in a channel what a member of this one does.
    pub(super) fn tell_groups(&mut self, id: ChannelId, cause: ConnId, record: Record<'_>) {
        let Self { rosters, delivery, encoded, .. } = self;
        let Some(channel) = rosters.channel(id).filter(|channel| !channel.groups.is_empty()) else { return };
        encoded.clear();
        record.write(encoded);
        channel.groups.iter().for_each(|&group| delivery.send(group, cause, &OutboxFrame::Copied(encoded)));
    }

    /// Tells every other proxy in a channel that a member of this one is present.
    pub(super) fn tell_groups_of_newcomer(&mut self, id: ChannelId, newcomer: ConnId) {
        let Self { rosters, delivery, encoded, .. } = self;
        let Some(channel) = rosters.channel(id).filter(|channel| !channel.groups.is_empty()) else { return };
        let Some(client) = rosters.client(newcomer) else { return };
        encoded.clear();
        // One piece: a peer there may dial as soon as it has heard of the newcomer.
        client.join_record().write(encoded);
        client.streams_record().into_iter().for_each(|record| record.write(encoded));
        channel
            .groups
            .iter()
            .for_each(|&group| delivery.send(group, newcomer, &OutboxFrame::Copied(encoded)));
    }

    fn send_roster(&mut self, conn: ConnId, id: ChannelId) {
        let Self { rosters, delivery, encoded, .. } = self;
        let present = rosters.channel(id).into_iter().flat_map(|channel| &channel.present);
        let mut clients: Vec<_> = present.filter_map(|entry| rosters.client(entry.conn)).collect();
        // The other side accepts newcomers only by growing numbers.
        clients.sort_unstable_by_key(|client| client.number);
        encoded.clear();
        for client in clients {
            client.join_record().write(encoded);
            client.streams_record().into_iter().for_each(|record| record.write(encoded));
        }
        Record::RosterEnd.write(encoded);
        delivery.send(conn, conn, &OutboxFrame::Copied(encoded));
    }

    /// Does what a record of a group says. If the group is in no channel, its records have no
    /// effect.
    pub(super) fn on_record(&mut self, conn: ConnId, record: Record<'_>, now: Instant) -> Result<(), Broken> {
        let Some(group) = self.rosters.group_mut(conn) else { return Ok(()) };
        let Some(id) = group.channel() else { return Ok(()) };
        match record {
            Record::Join { member, id: source } => self.join_elsewhere(conn, id, member, source),
            Record::Leave { member } => self.leave_elsewhere(conn, id, member),
            Record::Slow { member } => group.announce_leave(member, LeaveReason::Slow),
            Record::RosterEnd => {
                if !std::mem::replace(&mut group.has_told_all, true) {
                    self.welcomes.note_change(id);
                }
                Ok(())
            }
            Record::Broadcast { member, payload } => self.broadcast_from(conn, id, member, payload, now),
            Record::Message { member, target, payload } => {
                self.message_from(conn, id, member, target, payload)
            }
            Record::Stream { member, target, payload } => self.stream_from(conn, id, member, target, payload),
            Record::Streams { member } => {
                group.peers.get_mut(member).ok_or(Broken)?.knows_streams = true;
                Ok(())
            }
            Record::NotAdmitted { member } => {
                self.on_not_admitted(conn, id, member);
                self.count_kept(conn)
            }
            Record::Admitted { member } => {
                group.not_admitted.remove(&member);
                Ok(())
            }
            Record::Unknown => Ok(()),
        }
    }

    /// Counts what is kept because of a group. A group that has ended keeps nothing.
    pub(super) fn count_kept(&mut self, conn: ConnId) -> Result<(), Broken> {
        Ok(self.rosters.group_mut(conn).ok_or(Broken)?.count_kept()?)
    }

    fn broadcast_from(
        &mut self,
        conn: ConnId,
        id: ChannelId,
        number: u32,
        payload: Payload<'_>,
        now: Instant,
    ) -> Result<(), Broken> {
        let said = said(payload)?;
        let Self { rosters, batch, .. } = self;
        let group = rosters.group(conn).ok_or(Broken)?;
        let Some(source) = group.speaker(number)? else { return Ok(()) };
        let (structured, raw) = rosters.channel(id).ok_or(Broken)?.audience(None);
        if batch.add(conn, said, source, Audience { structured, raw, speaker_number: None }, now) {
            self.deliver();
        }
        Ok(())
    }

    fn message_from(
        &mut self,
        conn: ConnId,
        id: ChannelId,
        number: u32,
        target: u32,
        payload: Payload<'_>,
    ) -> Result<(), Broken> {
        self.deliver();
        let said = said(payload)?;
        let Self { rosters, delivery, encoded, .. } = self;
        let group = rosters.group(conn).ok_or(Broken)?;
        let Some(source) = group.speaker(number)? else { return Ok(()) };
        // The member has left meanwhile. The other proxy has been told of that.
        let to = rosters.channel(id).and_then(|channel| channel.numbered(target));
        if let Some((to, recipient)) = to.and_then(|to| Some((to, rosters.client(to)?))) {
            encoded.clear();
            said.write_to(encoded, recipient, source);
            let frame = delivery.frame(encoded, 1);
            delivery.send(to, conn, &frame);
        }
        Ok(())
    }
}

/// What members of this proxy say was checked when it came. This was not.
pub(super) fn said(payload: Payload<'_>) -> Result<Said<'_>, Broken> {
    let said = match payload {
        Payload::Json(text) => Said::Data(Json::new(text).ok_or(Broken)?),
        Payload::Text(text) => Said::Text(text),
        Payload::Binary(bytes) => Said::Bytes(bytes),
    };
    if said.is_larger_than(MESSAGE_LIMIT_MAX) { Err(Broken) } else { Ok(said) }
}
