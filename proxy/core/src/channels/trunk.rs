//! Members of other proxies: who they are, what they say, and what they are told.
//!
//! A trunk is what one link carries for one channel. Towards it everything goes that members of this
//! proxy do, and never what came from another link: so there are no loops. What comes from it is believed
//! of nobody but those whom this very trunk has announced.

use std::collections::BTreeSet;
use std::time::Instant;

use nws_protocol::limits::{
    KEPT_PER_CHANNEL, KEPT_PER_REFUSAL, LINK_RECORD_MAX, MESSAGE_INLINE_MAX, MESSAGE_LIMIT_MAX,
};
use nws_protocol::link::{Assembled, Assembler, Payload, Record};
use nws_protocol::structured::LeaveReason;
use nws_protocol::{IdSource, Json, PeerId, ProxyId};

use super::member::{Place, State};
use super::outbox::Frame;
use super::route::{Audience, Said};
use super::{ChannelId, ChannelKey, Channels, ConnId, Framing, LongMessage, Output, Turn};
use crate::{Kept, Overdrawn, Share};

mod departure;
mod peers;
mod presence;

use peers::Peers;

pub(super) use departure::{Departing, Departure};

/// The other end of a trunk.
pub(super) struct Trunk {
    proxy: ProxyId,
    peers: Peers,
    /// The numbers of those members of this proxy that the other one has not admitted.
    pub(super) not_admitted: BTreeSet<u32>,
    /// The number that a newcomer has to exceed.
    last: Option<u32>,
    stream: Assembler,
    /// Bytes that it holds for a record of which the end has not come.
    unfinished: usize,
    /// Bytes of a long message that is being encoded.
    encoding: usize,
    kept: Kept,
    /// Everybody who was there when the stream began is known.
    pub(super) has_told_all: bool,
}

/// What the other proxy may not do, or what takes too much. The link is closed.
pub(super) struct Broken;

impl From<Overdrawn> for Broken {
    fn from(_: Overdrawn) -> Self {
        Self
    }
}

impl Trunk {
    pub(super) fn new(proxy: ProxyId, share: &Share) -> Self {
        let stream = Assembler::new(LINK_RECORD_MAX).judging(MESSAGE_INLINE_MAX);
        Self {
            proxy,
            peers: Peers::default(),
            not_admitted: BTreeSet::new(),
            last: None,
            stream,
            unfinished: 0,
            encoding: 0,
            kept: share.kept(),
            has_told_all: false,
        }
    }

    /// Counts what is kept because of the link, which may have to go for that.
    pub(super) fn reckon(&mut self) -> Result<(), Overdrawn> {
        let refusals = self.not_admitted.len() * KEPT_PER_REFUSAL;
        self.kept.set(KEPT_PER_CHANNEL + self.peers.bytes() + refusals + self.unfinished + self.encoding)
    }

    /// A long message that takes so many bytes is being encoded, or none any more.
    pub(super) fn encodes(&mut self, bytes: usize) {
        self.encoding = bytes;
    }

    /// Whether anybody may hear what is said towards it. Whoever comes instead of the last one may hear
    /// what was said before that was known here, and so has to hear everything after it.
    pub(super) fn had_peers(&self) -> bool {
        self.last.is_some()
    }

    /// Those who are present because of it.
    pub(super) fn present(&self) -> impl Iterator<Item = &PeerId> {
        self.peers.present()
    }

    /// Where it leads.
    pub(super) fn proxy(&self) -> &ProxyId {
        &self.proxy
    }

    /// How many are present because of it.
    pub(super) fn present_count(&self) -> usize {
        self.peers.present_count()
    }

    /// The id of a newcomer as it is known here, if the number and the id are such as a proxy gives. From now on it had peers.
    fn newcomer(&mut self, number: u32, id: IdSource<'_>) -> Result<PeerId, Broken> {
        if self.last.is_some_and(|last| number <= last) {
            return Err(Broken);
        }
        self.last = Some(number);
        PeerId::elsewhere(id, &self.proxy).map_err(|_| Broken)
    }

    /// The id of a member that speaks; `None` when it is not admitted.
    pub(super) fn speaker(&self, number: u32) -> Result<Option<&PeerId>, Broken> {
        match self.peers.present_id(number) {
            None if self.peers.waiting_id(number).is_none() => Err(Broken),
            id => Ok(id),
        }
    }

    /// A member is about to leave.
    fn announce_leave(&mut self, number: u32, reason: LeaveReason) -> Result<(), Broken> {
        self.peers.get_mut(number).ok_or(Broken)?.leaves = Some(reason);
        Ok(())
    }
}

impl Channels {
    pub(super) fn on_trunk(&mut self, conn: ConnId, key: ChannelKey, mut trunk: Trunk, now: Instant) {
        if self.stopping || self.members.contains_key(conn) {
            return;
        }
        if let Some(&id) = self.by_key.get(&key) {
            self.end_trunk_of(&trunk.proxy, id, now);
        }
        let overdrawn = trunk.reckon();
        let mut member = self.generate_member(Framing::Structured, now);
        member.trunk = Some(Box::new(trunk));
        let Some(id) = self.open_channel(key) else {
            // Nobody here is in the channel any more, and there are too many others: what comes is not heard.
            self.members.insert(conn, member);
            return;
        };
        let trunks = &mut self.channels[id].trunks;
        member.place = Some(Place { channel: id, seat: Some(trunks.len()) });
        trunks.push(conn);
        self.members.insert(conn, member);
        self.queue_roster(conn, id);
        if overdrawn.is_err() {
            self.end_trunk(conn, now);
        }
    }

    /// Ends the trunk of an earlier link to `proxy`: that link is over, even if we have not heard of it yet, and the
    /// ids behind it must not count as taken.
    fn end_trunk_of(&mut self, proxy: &ProxyId, id: ChannelId, now: Instant) {
        let is_its =
            |&conn: &ConnId| self.members[conn].trunk.as_ref().is_some_and(|trunk| trunk.proxy == *proxy);
        if let Some(earlier) = self.channels[id].trunks.iter().copied().find(is_its) {
            self.end_trunk(earlier, now);
        }
    }

    /// Reads on in the stream of a trunk, to the end of `bytes` or of the turn.
    pub(super) fn on_stream(
        &mut self,
        conn: ConnId,
        bytes: &mut &[u8],
        turn: &mut Turn,
        now: Instant,
    ) -> Option<LongMessage> {
        let member = self.members.get(conn).filter(|member| member.state == State::Open);
        if member.is_none_or(|member| member.trunk.is_none()) {
            *bytes = &[];
            return None;
        }
        if let Some(place) = self.members[conn].place
            && self.depart_before(place.channel, turn)
        {
            return None;
        }
        let trunk = self.trunk_mut(conn)?;
        let mut stream = std::mem::replace(&mut trunk.stream, Assembler::new(0));
        let outcome = self.on_records(conn, &mut stream, bytes, turn, now);
        match outcome.and_then(|long| self.go_on_with(conn, stream).map(|()| long)) {
            Ok(long) => long,
            Err(Broken) => {
                *bytes = &[];
                self.end_trunk(conn, now);
                None
            }
        }
    }

    fn go_on_with(&mut self, conn: ConnId, stream: Assembler) -> Result<(), Broken> {
        let Some(trunk) = self.trunk_mut(conn) else { return Ok(()) };
        let before = std::mem::replace(&mut trunk.unfinished, stream.buffered());
        trunk.stream = stream;
        if trunk.unfinished == before && trunk.encoding == 0 { Ok(()) } else { Ok(trunk.reckon()?) }
    }

    fn on_records(
        &mut self,
        conn: ConnId,
        stream: &mut Assembler,
        bytes: &mut &[u8],
        turn: &mut Turn,
        now: Instant,
    ) -> Result<Option<LongMessage>, Broken> {
        loop {
            let (unread, queued, frames) = (bytes.len(), self.fresh, self.frames);
            let assembled = stream.next(bytes).map_err(|_| Broken)?;
            let is_end = assembled.is_none();
            let long = match assembled {
                Some(Assembled::Record(record)) => {
                    self.on_record(conn, record, now)?;
                    None
                }
                Some(Assembled::Long(record)) => self.long_record(conn, record, now)?,
                None => None,
            };
            let (read, queued) = (unread - bytes.len(), self.fresh.saturating_sub(queued));
            turn.spend_record(read, queued, self.frames - frames);
            if long.is_some() || is_end || (turn.is_over() && !bytes.is_empty()) {
                return Ok(long);
            }
        }
    }

    /// Takes a trunk and everybody behind it out of the channel, and asks for the end of its link.
    pub(super) fn end_trunk(&mut self, conn: ConnId, now: Instant) {
        self.leave(conn, None, now);
        self.let_all_go(conn, now);
        if let Some(member) = self.members.get_mut(conn) {
            member.state = State::Closing { until: now };
            member.trunk = None;
            member.outbox.clear(&mut self.pool);
        }
        self.forget_lag(conn);
        self.outputs.push_back(Output::Reset { conn });
    }

    /// Tells every trunk of a channel what a member of this proxy does.
    pub(super) fn tell_trunks(&mut self, id: ChannelId, cause: ConnId, record: Record<'_>) {
        if self.channels[id].trunks.is_empty() {
            return;
        }
        let mut encoded = std::mem::take(&mut self.encoded);
        record.write(&mut encoded);
        self.queue_to_trunks(id, cause, encoded);
    }

    /// Tells every trunk of a channel that a member of this proxy is there.
    pub(super) fn tell_trunks_of_newcomer(&mut self, id: ChannelId, newcomer: ConnId) {
        if self.channels[id].trunks.is_empty() {
            return;
        }
        let mut encoded = std::mem::take(&mut self.encoded);
        self.members[newcomer].join_record().write(&mut encoded);
        self.queue_to_trunks(id, newcomer, encoded);
    }

    /// Queues what is in `encoded`, the buffer for that, to every trunk of a channel, and gives it back.
    fn queue_to_trunks(&mut self, id: ChannelId, cause: ConnId, mut encoded: Vec<u8>) {
        let trunks = std::mem::take(&mut self.channels[id].trunks);
        trunks.iter().for_each(|&trunk| self.queue(trunk, cause, &Frame::Copied(&encoded)));
        self.channels[id].trunks = trunks;
        encoded.clear();
        self.encoded = encoded;
    }

    pub(super) fn trunk_mut(&mut self, conn: ConnId) -> Option<&mut Trunk> {
        self.members.get_mut(conn)?.trunk.as_deref_mut()
    }

    fn queue_roster(&mut self, trunk: ConnId, id: ChannelId) {
        let mut roster = std::mem::take(&mut self.encoded);
        let mut present = self.channels[id].present.clone();
        // The other side takes newcomers by growing numbers.
        present.sort_unstable_by_key(|conn| self.members[*conn].number);
        for conn in present {
            self.members[conn].join_record().write(&mut roster);
        }
        Record::Roster.write(&mut roster);
        self.queue(trunk, trunk, &Frame::Copied(&roster));
        roster.clear();
        self.encoded = roster;
    }

    pub(super) fn on_record(&mut self, conn: ConnId, record: Record<'_>, now: Instant) -> Result<(), Broken> {
        let Some(place) = self.members.get(conn).and_then(|member| member.place) else { return Ok(()) };
        match record {
            Record::Join { member, id } => self.join_elsewhere(conn, place.channel, member, id),
            Record::Leave { member } => self.leave_elsewhere(conn, place.channel, member),
            Record::Slow { member } => {
                self.trunk_mut(conn).ok_or(Broken)?.announce_leave(member, LeaveReason::Slow)
            }
            Record::Roster => {
                if !std::mem::replace(&mut self.trunk_mut(conn).ok_or(Broken)?.has_told_all, true) {
                    self.welcomes.note_change(place.channel);
                }
                Ok(())
            }
            Record::Broadcast { member, payload } => {
                self.broadcast_from(conn, place.channel, member, payload, now)
            }
            Record::Message { member, target, payload } => {
                self.message_from(conn, place.channel, member, target, payload)
            }
            Record::NotAdmitted { member } => {
                self.on_not_admitted(conn, place.channel, member);
                Ok(self.trunk_mut(conn).ok_or(Broken)?.reckon()?)
            }
            Record::Admitted { member } => {
                self.on_admitted(conn, member);
                Ok(())
            }
            Record::Unknown => Ok(()),
        }
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
        let Self { members, channels, batch, .. } = self;
        let trunk = members[conn].trunk.as_deref().ok_or(Broken)?;
        let Some(source) = trunk.speaker(number)? else { return Ok(()) };
        let (structured, raw) = channels[id].audience(None);
        batch.add(conn, said, source, Audience { structured, raw, trunks: None }, now);
        if batch.is_full() {
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
        let trunk = self.members[conn].trunk.as_deref().ok_or(Broken)?;
        let Some(source) = trunk.speaker(number)? else { return Ok(()) };
        // Whoever has left meanwhile has been taken leave of.
        if let Some(to) = self.channels[id].numbered(target) {
            let mut encoded = std::mem::take(&mut self.encoded);
            said.write_to(&mut encoded, &self.members[to], source);
            self.queue_encoded(to, conn, encoded);
        }
        Ok(())
    }
}

/// What members of this proxy say has been checked when it came; this has not.
pub(super) fn said(payload: Payload<'_>) -> Result<Said<'_>, Broken> {
    let said = match payload {
        Payload::Json(text) => Said::Data(Json::new(text).ok_or(Broken)?),
        Payload::Text(text) => Said::Text(text),
        Payload::Binary(bytes) => Said::Bytes(bytes),
    };
    if said.is_larger_than(MESSAGE_LIMIT_MAX) { Err(Broken) } else { Ok(said) }
}
