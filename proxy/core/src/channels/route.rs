//! Where messages go: to all others, or to one, in the framing of each recipient.

use std::time::Instant;

use nws_protocol::binary::{self, Kind};
use nws_protocol::link::{Payload, Record};
use nws_protocol::structured::{Notice, Refusal};
use nws_protocol::websocket::{self, Opcode, Violation};
use nws_protocol::{Json, PeerId, raw};
use slotmap::SecondaryMap;

use super::channel::Holder;
use super::member::{Member, Place};
use super::outbox::{Frame, SHARE_MIN};
use super::serve::Serve;
use super::{ChannelId, Channels, ConnId, Framing};

/// Length from which a batch is handed on at once, in bytes: as soon as it is shared and not copied.
pub(super) const BATCH_MAX: usize = SHARE_MIN;

/// What one member has said to all others and nobody has got yet: so that whoever says much at once
/// costs each recipient one step and not one a message.
#[derive(Default)]
pub(super) struct Batch {
    /// Who said it, and when.
    from: Option<(ConnId, Instant)>,
    /// The frames for recipients of either framing.
    structured: Vec<u8>,
    raw: Vec<u8>,
    /// The records for trunks.
    records: Vec<u8>,
}

/// What a peer says, however it said it.
#[derive(Clone, Copy)]
pub(super) enum Said<'a> {
    Data(Json<'a>),
    Text(&'a str),
    Bytes(&'a [u8]),
}

/// Who hears what somebody says to all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Audience {
    /// How many structured members.
    pub(super) structured: usize,
    /// How many raw ones.
    pub(super) raw: usize,
    /// The number of the speaker, where other proxies have members too and the speaker is none of
    /// those.
    pub(super) trunks: Option<u32>,
}

/// Where a message to one peer goes.
pub(super) enum Route {
    /// To a member of this proxy.
    Here(ConnId),
    /// To a member of another one.
    Elsewhere { trunk: ConnId, number: u32 },
    /// To another proxy that has not admitted the sender.
    NotAdmitted,
    /// There is no such peer.
    Nowhere,
}

/// A client that says something short, which is done at once.
struct Speaker<'c> {
    channels: &'c mut Channels,
    conn: ConnId,
    now: Instant,
}

impl Serve for Speaker<'_> {
    type Outcome = ();

    #[inline]
    fn broadcast(self, said: Said<'_>) {
        self.channels.broadcast(self.conn, said, self.now);
    }

    #[inline]
    fn message(self, target: &str, said: Said<'_>) {
        self.channels.message(self.conn, target, said);
    }

    fn status(self) {
        self.channels.tell_status(self.conn);
    }

    fn too_big(self) {
        self.channels.reject(self.conn, self.now);
    }

    fn refused(self, refusal: &Refusal<'_>) {
        self.channels.tell_error(self.conn, refusal);
    }
}

impl Channels {
    pub(super) fn on_text(&mut self, conn: ConnId, text: &str, now: Instant) {
        if let Some(framing) = self.speaker(conn, now) {
            let max = self.config.message_max;
            Speaker { channels: self, conn, now }.text(framing, text, max);
        }
    }

    pub(super) fn on_binary(&mut self, conn: ConnId, bytes: &[u8], now: Instant) {
        if let Some(framing) = self.speaker(conn, now) {
            let max = self.config.message_max;
            Speaker { channels: self, conn, now }.binary(framing, bytes, max);
        }
    }

    /// The framing of `conn`, if it is a present member whose words count.
    pub(super) fn speaker(&mut self, conn: ConnId, now: Instant) -> Option<Framing> {
        let member = self.members.get_mut(conn).filter(|member| member.is_open())?;
        member.heard = now;
        member.place?.seat?;
        Some(member.framing)
    }

    fn broadcast(&mut self, from: ConnId, said: Said<'_>, now: Instant) {
        let Some((sender, id)) = seated(&self.members, from) else { return };
        let to = self.audience(id, Some(sender.framing), Some(sender.number));
        self.batch.add(from, said, &sender.id, to, now);
        if self.batch.is_full() {
            self.deliver();
        }
    }

    /// Who hears what a member says, which is of this framing if it is one of this proxy, and has this number then.
    pub(super) fn audience(&self, id: ChannelId, sender: Option<Framing>, number: Option<u32>) -> Audience {
        let channel = &self.channels[id];
        let (structured, raw) = channel.audience(sender);
        let trunks = number.filter(|_| channel.trunks_with_peers > 0);
        Audience { structured, raw, trunks }
    }

    /// Whether anybody may hear what is said towards a trunk.
    pub(super) fn had_peers(&self, trunk: ConnId) -> bool {
        self.members[trunk].trunk.as_ref().is_some_and(|trunk| trunk.had_peers())
    }

    /// Hands the batch to its recipients and judges what that brings about.
    pub(super) fn finish_batch(&mut self) {
        if let Some(said) = self.deliver() {
            self.judge_touched(said);
        }
    }

    /// Hands the batch to its recipients; the answer is when it was last added to.
    pub(super) fn deliver(&mut self) -> Option<Instant> {
        let (from, when) = self.batch.from.take()?;
        let mut batch = std::mem::take(&mut self.batch);
        let place = seated(&self.members, from);
        debug_assert!(place.is_some(), "whoever leaves has been heard before");
        if let Some((_, id)) = place {
            let present = std::mem::take(&mut self.channels[id].present);
            let structured = Frame::for_many(&mut batch.structured, present.len(), &self.tally);
            let raw = Frame::for_many(&mut batch.raw, present.len(), &self.tally);
            for &to in present.iter().filter(|&&to| to != from) {
                let frame = match self.members[to].framing {
                    Framing::Structured => &structured,
                    Framing::Raw => &raw,
                };
                self.queue(to, from, frame);
            }
            self.channels[id].present = present;
            self.deliver_elsewhere(from, id, &mut batch.records);
        }
        batch.structured.clear();
        batch.raw.clear();
        batch.records.clear();
        self.batch = batch;
        Some(when)
    }

    fn deliver_elsewhere(&mut self, from: ConnId, id: ChannelId, records: &mut Vec<u8>) {
        if records.is_empty() {
            return;
        }
        let records = Frame::new(records, &self.tally);
        let trunks = std::mem::take(&mut self.channels[id].trunks);
        for &trunk in &trunks {
            if self.had_peers(trunk) {
                self.queue(trunk, from, &records);
            }
        }
        self.channels[id].trunks = trunks;
    }

    fn message(&mut self, from: ConnId, target: &str, said: Said<'_>) {
        self.deliver();
        match self.route(from, target) {
            Route::Here(to) => {
                let mut encoded = std::mem::take(&mut self.encoded);
                said.write_to(&mut encoded, &self.members[to], &self.members[from].id);
                self.queue_encoded(to, from, encoded);
            }
            Route::Elsewhere { trunk, number } => {
                let member = self.members[from].number;
                let record = Record::Message { member, target: number, payload: said.payload() };
                self.hand_over(trunk, from, record);
            }
            Route::NotAdmitted => self.tell_not_admitted(from, target),
            Route::Nowhere => self.tell_error(from, &Refusal::unknown_target(target)),
        }
    }

    /// Where what `from` says to `target` goes.
    #[inline]
    pub(super) fn route(&self, from: ConnId, target: &str) -> Route {
        let Some((sender, id)) = seated(&self.members, from) else { return Route::Nowhere };
        match self.channels[id].find(target) {
            Some(Holder::Here(to)) if seated(&self.members, to).is_some() => Route::Here(to),
            Some(Holder::Elsewhere { trunk, number }) if seated(&self.members, trunk).is_some() => {
                match self.is_not_admitted(trunk, sender.number) {
                    true => Route::NotAdmitted,
                    false => Route::Elsewhere { trunk, number },
                }
            }
            Some(Holder::Here(_) | Holder::Elsewhere { .. }) | None => Route::Nowhere,
        }
    }

    /// Closes a member that says too much at once.
    #[cold]
    fn reject(&mut self, conn: ConnId, now: Instant) {
        let Violation { code, reason } = Violation::TOO_BIG;
        self.close(conn, code, reason, now);
    }

    pub(super) fn hand_over(&mut self, trunk: ConnId, cause: ConnId, record: Record<'_>) {
        let mut encoded = std::mem::take(&mut self.encoded);
        record.write(&mut encoded);
        self.queue_encoded(trunk, cause, encoded);
    }

    /// Queues what is in `encoded`, the buffer for that, and gives it back.
    pub(super) fn queue_encoded(&mut self, to: ConnId, cause: ConnId, mut encoded: Vec<u8>) {
        let frame = Frame::new(&mut encoded, &self.tally);
        self.queue(to, cause, &frame);
        drop(frame);
        encoded.clear();
        self.encoded = encoded;
    }

    pub(super) fn tell_status(&mut self, conn: ConnId) {
        self.deliver();
        let Some(member) = self.members.get(conn) else { return };
        let you = member.id.clone();
        let message_max = self.config.message_max;
        self.queue_with(conn, conn, |out| Notice::Status { you: &you, message_max }.write_frame(out));
    }

    pub(super) fn tell_error(&mut self, conn: ConnId, refusal: &Refusal<'_>) {
        self.tell_error_because_of(conn, conn, refusal);
    }

    /// The same where `cause` is why it is told, which may be held back for that.
    pub(super) fn tell_error_because_of(&mut self, cause: ConnId, conn: ConnId, refusal: &Refusal<'_>) {
        self.deliver();
        let Refusal { code, reason, target } = refusal;
        let error = Notice::Error { code: *code, reason, target: target.as_deref() };
        self.queue_with(conn, cause, |out| error.write_frame(out));
    }
}

/// A member that is present, and its channel.
pub(super) fn seated(members: &SecondaryMap<ConnId, Member>, conn: ConnId) -> Option<(&Member, ChannelId)> {
    let member = members.get(conn)?;
    let Place { channel, seat: Some(_) } = member.place? else { return None };
    Some((member, channel))
}

impl Batch {
    /// Whether nobody but `conn` has said what is in it.
    pub(super) fn is_from(&self, conn: Option<ConnId>) -> bool {
        self.from.is_none_or(|(from, _)| Some(from) == conn)
    }

    /// Adds what `source` says, who is `from` or behind it.
    pub(super) fn add(&mut self, from: ConnId, said: Said<'_>, source: &PeerId, to: Audience, now: Instant) {
        if to.structured > 0 {
            said.write_structured(&mut self.structured, source, None);
        }
        if to.raw > 0 {
            said.write_raw(&mut self.raw);
        }
        if let Some(member) = to.trunks {
            Record::Broadcast { member, payload: said.payload() }.write(&mut self.records);
        }
        self.from = Some((from, now));
    }

    pub(super) fn is_full(&self) -> bool {
        self.structured.len().max(self.raw.len()).max(self.records.len()) >= BATCH_MAX
    }
}

impl Said<'_> {
    /// Whether its payload has more than `max` bytes.
    pub(super) fn is_larger_than(self, max: usize) -> bool {
        match self {
            Said::Data(data) => data.is_longer_than(max),
            Said::Text(text) => text.len() > max,
            Said::Bytes(bytes) => bytes.len() > max,
        }
    }

    /// Appends a message from `source` to `recipient`.
    pub(super) fn write_to(self, out: &mut Vec<u8>, recipient: &Member, source: &PeerId) {
        match recipient.framing {
            Framing::Structured => self.write_structured(out, source, Some(&recipient.id)),
            Framing::Raw => self.write_raw(out),
        }
    }

    /// Appends the frame for structured peers: a message where there is a `target`, else a
    /// broadcast.
    pub(super) fn write_structured(self, out: &mut Vec<u8>, source: &PeerId, target: Option<&PeerId>) {
        match self {
            Said::Data(data) => notice(source, target, data).write_frame(out),
            Said::Text(text) => {
                let text = raw::json_of(text);
                // A JSON string that we made ourselves.
                let Some(data) = Json::new(&text) else { return };
                notice(source, target, data).write_frame(out);
            }
            Said::Bytes(payload) => {
                let kind = if target.is_some() { Kind::Message } else { Kind::Broadcast };
                let frame = binary::Frame { kind, id: source.as_str(), payload };
                let parts = [&frame.head(), frame.id.as_bytes(), frame.payload];
                websocket::write_frame(out, Opcode::Binary, parts);
            }
        }
    }

    /// The same for another proxy.
    pub(super) fn payload(&self) -> Payload<'_> {
        match *self {
            Said::Data(data) => Payload::Json(data.as_str()),
            Said::Text(text) => Payload::Text(text),
            Said::Bytes(bytes) => Payload::Binary(bytes),
        }
    }

    pub(super) fn write_raw(self, out: &mut Vec<u8>) {
        match self {
            Said::Data(data) => {
                websocket::write_frame(out, Opcode::Text, [raw::text_of(data).as_bytes()]);
            }
            Said::Text(text) => websocket::write_frame(out, Opcode::Text, [text.as_bytes()]),
            Said::Bytes(bytes) => websocket::write_frame(out, Opcode::Binary, [bytes]),
        }
    }
}

fn notice<'a>(source: &'a PeerId, target: Option<&'a PeerId>, data: Json<'a>) -> Notice<'a> {
    match target {
        Some(target) => Notice::Message { source, target, data },
        None => Notice::Broadcast { source, data },
    }
}
