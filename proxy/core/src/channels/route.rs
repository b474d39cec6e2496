//! Where messages go: to all others, or to one, in the framing of each recipient.

use std::borrow::Cow;
use std::time::Instant;

use nws_protocol::binary::{self, Kind};
use nws_protocol::structured::{ErrorCode, Notice, Refusal, Request};
use nws_protocol::websocket::{self, Opcode};
use nws_protocol::{Json, PeerId, raw};
use slotmap::SecondaryMap;

use super::member::{Member, Place};
use super::outbox::{Frame, SHARE_MIN};
use super::{ChannelId, Channels, ConnId, Framing};

/// Length from which a batch is handed on at once, in bytes: as soon as it is shared and not copied.
const BATCH_MAX: usize = SHARE_MIN;

/// What one member has said to all others and nobody has got yet: so that whoever says much at once
/// costs each recipient one step and not one a message.
#[derive(Default)]
pub(super) struct Batch {
    /// Who said it, and when.
    from: Option<(ConnId, Instant)>,
    /// The frames for recipients of either framing.
    structured: Vec<u8>,
    raw: Vec<u8>,
}

/// What a peer says, however it said it.
#[derive(Clone, Copy)]
enum Payload<'a> {
    Data(Json<'a>),
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl Channels {
    pub(super) fn on_text(&mut self, conn: ConnId, text: &str, now: Instant) {
        let Some(framing) = self.speaker(conn, now) else { return };
        match framing {
            Framing::Raw => self.broadcast(conn, Payload::Text(text), now),
            Framing::Structured => match Request::parse(text) {
                Ok(Request::Broadcast { data }) => self.broadcast(conn, Payload::Data(data), now),
                Ok(Request::Message { target, data }) => {
                    self.message(conn, &target, Payload::Data(data));
                }
                Ok(Request::Status) => self.tell_status(conn),
                Err(refusal) => self.tell_error(conn, &refusal),
            },
        }
    }

    pub(super) fn on_binary(&mut self, conn: ConnId, bytes: &[u8], now: Instant) {
        let Some(framing) = self.speaker(conn, now) else { return };
        if framing == Framing::Raw {
            return self.broadcast(conn, Payload::Bytes(bytes), now);
        }
        match binary::Frame::parse(bytes) {
            Ok(binary::Frame { kind: Kind::Broadcast, id: "", payload }) => {
                self.broadcast(conn, Payload::Bytes(payload), now);
            }
            Ok(binary::Frame { kind: Kind::Message, id, payload }) => {
                self.message(conn, id, Payload::Bytes(payload));
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

    fn broadcast(&mut self, from: ConnId, payload: Payload<'_>, now: Instant) {
        let Self { members, channels, batch, .. } = self;
        let Some((sender, id)) = seated(members, from) else { return };
        let (structured, raw) = channels[id].others(sender.framing);
        if structured > 0 {
            payload.write_structured(&mut batch.structured, &sender.id, None);
        }
        if raw > 0 {
            payload.write_raw(&mut batch.raw);
        }
        batch.from = Some((from, now));
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
        }
        batch.structured.clear();
        batch.raw.clear();
        self.batch = batch;
        Some(when)
    }

    fn message(&mut self, from: ConnId, target: &str, payload: Payload<'_>) {
        self.deliver();
        let Some((_, id)) = seated(&self.members, from) else { return };
        let is_seated = |&to: &ConnId| seated(&self.members, to).is_some();
        let Some(to) = self.channels[id].find(target).filter(is_seated) else {
            let mut refusal = Refusal::new(ErrorCode::UnknownTarget, "no such peer in this channel");
            refusal.target = Some(Cow::Borrowed(target));
            return self.tell_error(from, &refusal);
        };
        let mut encoded = std::mem::take(&mut self.encoded);
        let (sender, recipient) = (&self.members[from], &self.members[to]);
        match recipient.framing {
            Framing::Structured => {
                payload.write_structured(&mut encoded, &sender.id, Some(&recipient.id));
            }
            Framing::Raw => payload.write_raw(&mut encoded),
        }
        let frame = Frame::new(&mut encoded, &self.tally);
        self.queue(to, from, &frame);
        drop(frame);
        encoded.clear();
        self.encoded = encoded;
    }

    fn tell_status(&mut self, conn: ConnId) {
        self.deliver();
        let Some(member) = self.members.get(conn) else { return };
        let you = member.id.clone();
        self.queue_with(conn, conn, |out| Notice::Status { you: &you }.write_frame(out));
    }

    fn tell_error(&mut self, conn: ConnId, refusal: &Refusal<'_>) {
        self.deliver();
        let Refusal { code, reason, target } = refusal;
        let error = Notice::Error { code: *code, reason, target: target.as_deref() };
        self.queue_with(conn, conn, |out| error.write_frame(out));
    }
}

/// A member that is present, and its channel.
fn seated(members: &SecondaryMap<ConnId, Member>, conn: ConnId) -> Option<(&Member, ChannelId)> {
    let member = members.get(conn)?;
    let Place { channel, seat: Some(_) } = member.place? else { return None };
    Some((member, channel))
}

impl Batch {
    /// Whether nobody but `conn` has said what is in it.
    pub(super) fn is_from(&self, conn: Option<ConnId>) -> bool {
        self.from.is_none_or(|(from, _)| Some(from) == conn)
    }

    fn is_full(&self) -> bool {
        self.structured.len().max(self.raw.len()) >= BATCH_MAX
    }
}

impl Payload<'_> {
    /// Appends the frame for structured peers: a message where there is a `target`, else a
    /// broadcast.
    fn write_structured(self, out: &mut Vec<u8>, source: &PeerId, target: Option<&PeerId>) {
        match self {
            Payload::Data(data) => notice(source, target, data).write_frame(out),
            Payload::Text(text) => {
                let text = raw::json_of(text);
                // A JSON string that we made ourselves.
                let Some(data) = Json::new(&text) else { return };
                notice(source, target, data).write_frame(out);
            }
            Payload::Bytes(payload) => {
                let kind = if target.is_some() { Kind::Message } else { Kind::Broadcast };
                let frame = binary::Frame { kind, id: source.as_str(), payload };
                let parts = [&frame.head(), frame.id.as_bytes(), frame.payload];
                websocket::write_frame(out, Opcode::Binary, parts);
            }
        }
    }

    fn write_raw(self, out: &mut Vec<u8>) {
        match self {
            Payload::Data(data) => {
                websocket::write_frame(out, Opcode::Text, [raw::text_of(data).as_bytes()]);
            }
            Payload::Text(text) => websocket::write_frame(out, Opcode::Text, [text.as_bytes()]),
            Payload::Bytes(bytes) => websocket::write_frame(out, Opcode::Binary, [bytes]),
        }
    }
}

fn notice<'a>(source: &'a PeerId, target: Option<&'a PeerId>, data: Json<'a>) -> Notice<'a> {
    match target {
        Some(target) => Notice::Message { source, target, data },
        None => Notice::Broadcast { source, data },
    }
}
