//! Where messages go: to all others, or to one, in the framing of each recipient.

use std::borrow::Cow;
use std::time::Instant;

use nws_protocol::binary::{self, Kind};
use nws_protocol::link::{Payload, Record};
use nws_protocol::structured::{ErrorCode, Notice, Refusal, Request};
use nws_protocol::websocket::{self, Opcode, Violation};
use nws_protocol::{Json, PeerId, raw};
use slotmap::SecondaryMap;

use super::channel::Holder;
use super::member::{Member, Place};
use super::outbox::{Frame, SHARE_MIN};
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
#[derive(Clone, Copy)]
pub(super) struct Audience {
    /// How many structured members.
    pub(super) structured: usize,
    /// How many raw ones.
    pub(super) raw: usize,
    /// The number of the speaker, where other proxies have members too and the speaker is none of
    /// those.
    pub(super) trunks: Option<u32>,
}

impl Channels {
    pub(super) fn on_text(&mut self, conn: ConnId, text: &str, now: Instant) {
        let Some(framing) = self.speaker(conn, now) else { return };
        // No payload is longer than its frame.
        let max = self.config.message_max;
        let may_be_too_big = text.len() > max;
        match framing {
            Framing::Raw if may_be_too_big => self.reject(conn, now),
            Framing::Raw => self.broadcast(conn, Said::Text(text), now),
            Framing::Structured => match Request::parse(text) {
                Ok(Request::Broadcast { data } | Request::Message { data, .. })
                    if may_be_too_big && data.is_longer_than(max) =>
                {
                    self.reject(conn, now);
                }
                Ok(Request::Broadcast { data }) => self.broadcast(conn, Said::Data(data), now),
                Ok(Request::Message { target, data }) => {
                    self.message(conn, &target, Said::Data(data));
                }
                Ok(Request::Status) => self.tell_status(conn),
                Err(refusal) => self.tell_error(conn, &refusal),
            },
        }
    }

    pub(super) fn on_binary(&mut self, conn: ConnId, bytes: &[u8], now: Instant) {
        let Some(framing) = self.speaker(conn, now) else { return };
        let max = self.config.message_max;
        if bytes.len() > max && is_too_big(framing, bytes, max) {
            return self.reject(conn, now);
        }
        if framing == Framing::Raw {
            return self.broadcast(conn, Said::Bytes(bytes), now);
        }
        match binary::Frame::parse(bytes) {
            Ok(binary::Frame { kind: Kind::Broadcast, id: "", payload }) => {
                self.broadcast(conn, Said::Bytes(payload), now);
            }
            Ok(binary::Frame { kind: Kind::Message, id, payload }) => {
                self.message(conn, id, Said::Bytes(payload));
            }
            Ok(binary::Frame { kind: Kind::Broadcast, .. }) => {
                let reason = "the id of a binary broadcast must be empty";
                self.tell_error(conn, &Refusal::new(ErrorCode::BadFrame, reason));
            }
            Err(fault) => {
                self.tell_error(conn, &Refusal::new(ErrorCode::BadFrame, fault.to_string()));
            }
        }
    }

    /// The framing of `conn`, if it is a present member whose words count.
    fn speaker(&mut self, conn: ConnId, now: Instant) -> Option<Framing> {
        let member = self.members.get_mut(conn).filter(|member| member.is_open())?;
        member.heard = now;
        member.place?.seat?;
        Some(member.framing)
    }

    fn broadcast(&mut self, from: ConnId, said: Said<'_>, now: Instant) {
        let Self { members, channels, batch, .. } = self;
        let Some((sender, id)) = seated(members, from) else { return };
        let channel = &channels[id];
        let (structured, raw) = channel.audience(Some(sender.framing));
        let is_heard = channel.trunks.iter().any(|&trunk| had_peers(members, trunk));
        let trunks = is_heard.then_some(sender.number);
        batch.add(from, said, &sender.id, Audience { structured, raw, trunks }, now);
        if batch.is_full() {
            self.deliver();
        }
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
            let structured = Frame::new(&mut batch.structured, &self.tally);
            let raw = Frame::new(&mut batch.raw, &self.tally);
            let present = std::mem::take(&mut self.channels[id].present);
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
            if had_peers(&self.members, trunk) {
                self.queue(trunk, from, &records);
            }
        }
        self.channels[id].trunks = trunks;
    }

    fn message(&mut self, from: ConnId, target: &str, said: Said<'_>) {
        self.deliver();
        let Some((sender, id)) = seated(&self.members, from) else { return };
        match self.channels[id].find(target) {
            Some(Holder::Here(to)) if seated(&self.members, to).is_some() => {
                let mut encoded = std::mem::take(&mut self.encoded);
                said.write_to(&mut encoded, &self.members[to], &self.members[from].id);
                self.queue_encoded(to, from, encoded);
            }
            Some(Holder::Elsewhere { trunk, number }) if seated(&self.members, trunk).is_some() => {
                let member = sender.number;
                if self.is_not_admitted(trunk, member) {
                    return self.tell_not_admitted(from, target);
                }
                self.hand_over(
                    trunk,
                    from,
                    Record::Message { member, target: number, payload: said.payload() },
                );
            }
            Some(Holder::Here(_) | Holder::Elsewhere { .. }) | None => {
                let mut refusal = Refusal::new(ErrorCode::UnknownTarget, "no such peer in this channel");
                refusal.target = Some(Cow::Borrowed(target));
                self.tell_error(from, &refusal);
            }
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

    fn tell_status(&mut self, conn: ConnId) {
        self.deliver();
        let Some(member) = self.members.get(conn) else { return };
        let you = member.id.clone();
        let message_max = self.config.message_max;
        self.queue_with(conn, conn, |out| Notice::Status { you: &you, message_max }.write_frame(out));
    }

    pub(super) fn tell_error(&mut self, conn: ConnId, refusal: &Refusal<'_>) {
        self.deliver();
        let Refusal { code, reason, target } = refusal;
        let error = Notice::Error { code: *code, reason, target: target.as_deref() };
        self.queue_with(conn, conn, |out| error.write_frame(out));
    }
}

/// Whether the payload of a binary frame has more than `max` bytes.
#[cold]
fn is_too_big(framing: Framing, bytes: &[u8], max: usize) -> bool {
    match framing {
        Framing::Raw => bytes.len() > max,
        Framing::Structured => binary::Frame::parse(bytes).is_ok_and(|frame| frame.payload.len() > max),
    }
}

/// A member that is present, and its channel.
fn seated(members: &SecondaryMap<ConnId, Member>, conn: ConnId) -> Option<(&Member, ChannelId)> {
    let member = members.get(conn)?;
    let Place { channel, seat: Some(_) } = member.place? else { return None };
    Some((member, channel))
}

fn had_peers(members: &SecondaryMap<ConnId, Member>, trunk: ConnId) -> bool {
    members[trunk].trunk.as_ref().is_some_and(|trunk| trunk.had_peers())
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
    fn write_structured(self, out: &mut Vec<u8>, source: &PeerId, target: Option<&PeerId>) {
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
    fn payload(&self) -> Payload<'_> {
        match *self {
            Said::Data(data) => Payload::Json(data.as_str()),
            Said::Text(text) => Payload::Text(text),
            Said::Bytes(bytes) => Payload::Binary(bytes),
        }
    }

    fn write_raw(self, out: &mut Vec<u8>) {
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
