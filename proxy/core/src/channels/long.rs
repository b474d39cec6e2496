//! Handles long messages. Reading and encoding a text takes many milliseconds, so it happens where
//! no other client waits for it. The owner of the sockets gets a [`LongMessage`], has it
//! [encoded](LongMessage::encode), and hands it back as [`Input::Encoded`](super::Input::Encoded).
//! Meanwhile it passes on nothing else of the same connection.
//!
//! Bytes are neither read nor copied: the pieces in which they came are parts of the frames for all
//! recipients. That takes no time, and is done [at once](LongMessage::is_quick).
//!
//! A long message is for members that are present when its last byte comes. It is encoded in the
//! framings that they use then.

use std::time::Instant;

use nws_protocol::limits::MESSAGE_LIMIT_MAX;
use nws_protocol::link::{LongRecord, Payload, Record};
use nws_protocol::structured::Refusal;
use nws_protocol::websocket::{Opcode, Violation, utf8, write_header};
use nws_protocol::{PeerId, Pieces};

use super::batch::Audience;
use super::delivery::OutboxFrame;
use super::remote::said;
use super::rosters::{Broken, ChannelId, RemoteGroup};
use super::route::Route;
use super::said::Said;
use super::serve::{Binary, Serve};
use super::{Channels, ConnId, Framing};

/// A long message of a client or of a member of another proxy, and what is needed to encode it.
#[derive(Debug)]
pub struct LongMessage {
    words: Words,
    form: Form,
}

/// A long message that can be delivered, or the fault that was found in it.
#[derive(Debug)]
pub struct Encoded(Box<Outcome>);

/// The message as it came.
#[derive(Debug)]
enum Words {
    Client { is_text: bool, framing: Framing, max: usize, payload: Pieces },
    Record { record: LongRecord, recipient: Option<PeerId> },
}

/// The source of the message, and the framings in which it is encoded.
#[derive(Debug)]
struct Form {
    source: PeerId,
    /// The recipients that it may have.
    to: Audience,
}

#[derive(Debug)]
enum Outcome {
    Said {
        to: Address,
        forms: Forms,
    },
    StatusAsked,
    Refused(Refusal<'static>),
    Violated(Violation),
    /// The other proxy broke the rules of the link.
    Broken,
}

/// The recipient of a message.
#[derive(Debug)]
enum Address {
    All,
    Peer(PeerId),
    /// The member with this number.
    Number(u32),
}

/// The message in each form that a recipient takes.
#[derive(Debug, Default)]
struct Forms {
    structured: Option<Vec<u8>>,
    raw: Option<Vec<u8>>,
    /// The form for other proxies.
    payload: Option<Owned>,
    /// The payload with which all forms end, if it is not a part of them.
    body: Option<Pieces>,
}

#[derive(Debug)]
enum Owned {
    Json(String),
    Text(String),
    Binary(Vec<u8>),
    /// The body of the forms, which has so many bytes.
    Body(usize),
}

impl LongMessage {
    /// Gives whether encoding it takes so little time that it need not be done on another thread.
    #[must_use]
    pub fn is_quick(&self) -> bool {
        match &self.words {
            Words::Client { is_text, .. } => !is_text,
            Words::Record { record, .. } => record.is_binary(),
        }
    }

    /// Reads and encodes it. Unless it is [quick](Self::is_quick), this takes up to half a second.
    #[must_use]
    pub fn encode(self) -> Encoded {
        let Self { words, form } = self;
        Encoded(Box::new(match words {
            Words::Client { is_text: true, framing, max, payload } => match utf8(&payload.into_bytes()) {
                Ok(text) => form.text(framing, text, max),
                Err(violation) => Outcome::Violated(violation),
            },
            Words::Client { is_text: false, framing, max, payload } => form.pieces(framing, payload, max),
            Words::Record { record, recipient } => {
                form.record(record, recipient.as_ref()).unwrap_or(Outcome::Broken)
            }
        }))
    }
}

impl Serve for &Form {
    type Outcome = Outcome;

    fn broadcast(self, said: Said<'_>) -> Outcome {
        Outcome::Said { to: Address::All, forms: self.forms(said, None) }
    }

    fn message(self, target: &str, said: Said<'_>) -> Outcome {
        match PeerId::mentioned(target) {
            Some(target) => {
                let forms = self.forms(said, Some(&target));
                Outcome::Said { to: Address::Peer(target), forms }
            }
            None => self.refused(&Refusal::unknown_target(target)),
        }
    }

    fn status(self) -> Outcome {
        Outcome::StatusAsked
    }

    fn too_big(self) -> Outcome {
        Outcome::Violated(Violation::TOO_BIG)
    }

    fn refused(self, refusal: &Refusal<'_>) -> Outcome {
        Outcome::Refused(refusal.clone().into_owned())
    }
}

impl Form {
    /// Reads a binary message of a client.
    fn pieces(&self, framing: Framing, mut payload: Pieces, max: usize) -> Outcome {
        let head = payload.head(Binary::HEAD_MAX).to_vec();
        let (to, start) = match Binary::read(framing, &head, payload.len(), max) {
            Binary::ToAll { start } => (Address::All, start),
            Binary::ToPeer { target, start } => match PeerId::mentioned(target) {
                Some(target) => (Address::Peer(target), start),
                None => return self.refused(&Refusal::unknown_target(target)),
            },
            Binary::TooBig => return self.too_big(),
            Binary::Refused(refusal) => return Outcome::Refused(refusal),
        };
        payload.skip(start);
        let target = if let Address::Peer(target) = &to { Some(target) } else { None };
        let forms = self.spliced(payload, target);
        Outcome::Said { to, forms }
    }

    fn record(&self, record: LongRecord, recipient: Option<&PeerId>) -> Result<Outcome, Broken> {
        let to = match record.route() {
            Some((_, Some(number))) => Address::Number(number),
            Some((_, None)) | None => Address::All,
        };
        match record.into_binary() {
            Ok(payload) if payload.len() > MESSAGE_LIMIT_MAX => Err(Broken),
            Ok(payload) => Ok(Outcome::Said { to, forms: self.spliced(payload, recipient) }),
            Err(record) => self.whole_record(&record.into_bytes(), recipient),
        }
    }

    fn whole_record(&self, record: &[u8], recipient: Option<&PeerId>) -> Result<Outcome, Broken> {
        let (to, payload) = match Record::read(record).map_err(|_| Broken)? {
            Record::Broadcast { payload, .. } => (Address::All, payload),
            Record::Message { target, payload, .. } => (Address::Number(target), payload),
            Record::Join { .. }
            | Record::Leave { .. }
            | Record::Slow { .. }
            | Record::RosterEnd
            | Record::NotAdmitted { .. }
            | Record::Admitted { .. }
            | Record::Unknown => return Err(Broken),
        };
        Ok(Outcome::Said { to, forms: self.forms(said(payload)?, recipient) })
    }

    /// The forms of bytes, which stay as they came.
    fn spliced(&self, payload: Pieces, target: Option<&PeerId>) -> Forms {
        let (mut forms, len) = (Forms::default(), payload.len());
        if self.to.structured > 0 {
            let form = forms.structured.get_or_insert_default();
            Said::write_binary_head(form, &self.source, target, len);
        }
        if self.to.raw > 0 {
            write_header(forms.raw.get_or_insert_default(), Opcode::Binary, len);
        }
        if self.to.speaker_number.is_some() {
            forms.payload = Some(Owned::Body(len));
        }
        Forms { body: Some(payload), ..forms }
    }

    fn forms(&self, said: Said<'_>, target: Option<&PeerId>) -> Forms {
        let mut forms = Forms::default();
        if self.to.structured > 0 {
            said.write_structured(forms.structured.get_or_insert_default(), &self.source, target);
        }
        if self.to.raw > 0 {
            said.write_raw(forms.raw.get_or_insert_default());
        }
        if self.to.speaker_number.is_some() {
            forms.payload = Some(Owned::from(said.payload()));
        }
        forms
    }
}

impl From<Payload<'_>> for Owned {
    fn from(payload: Payload<'_>) -> Self {
        match payload {
            Payload::Json(text) => Self::Json(text.to_owned()),
            Payload::Text(text) => Self::Text(text.to_owned()),
            Payload::Binary(bytes) => Self::Binary(bytes.to_vec()),
        }
    }
}

impl Owned {
    /// Appends the beginning of the record in which `member` says it: to the member `target` of the
    /// other proxy, or to all.
    fn write_before(&self, out: &mut Vec<u8>, member: u32, target: Option<u32>) {
        let payload = match self {
            Self::Json(text) => Payload::Json(text),
            Self::Text(text) => Payload::Text(text),
            Self::Binary(bytes) => Payload::Binary(bytes),
            Self::Body(len) => return Record::write_before_bytes(out, member, target, *len),
        };
        match target {
            Some(target) => Record::Message { member, target, payload }.write_before_payload(out),
            None => Record::Broadcast { member, payload }.write_before_payload(out),
        }
    }

    /// The bytes that follow, if they are not the body of the forms.
    fn into_bytes(self) -> Option<Vec<u8>> {
        match self {
            Self::Json(text) | Self::Text(text) => Some(text.into_bytes()),
            Self::Binary(bytes) => Some(bytes),
            Self::Body(_) => None,
        }
    }
}

impl Channels {
    /// Takes a long message of a client, to be encoded; `None` when what the client says is
    /// ignored.
    #[must_use]
    pub fn long_message(
        &mut self,
        conn: ConnId,
        is_text: bool,
        payload: Pieces,
        now: Instant,
    ) -> Option<LongMessage> {
        let now = self.awake(now);
        let framing = self.speaker(conn, now)?;
        let client = self.rosters.client(conn)?;
        let source = client.id.clone();
        // The sender too, as a client may send a message to its own id.
        let to = self.audience(client.channel, None, Some(client.number));
        let words = Words::Client { is_text, framing, max: self.config.message_max, payload };
        Some(LongMessage { words, form: Form { source, to } })
    }

    /// Takes a long record of a group. Gives a message to be encoded, if it has a recipient here.
    /// Any other record is short apart from fields that are ignored, and is processed at once.
    pub(super) fn long_record(
        &mut self,
        conn: ConnId,
        record: LongRecord,
        now: Instant,
    ) -> Result<Option<LongMessage>, Broken> {
        let Some((speaker, target)) = record.route() else {
            self.on_record(conn, record.as_no_message().map_err(|_| Broken)?, now)?;
            return Ok(None);
        };
        let group = self.rosters.group(conn).ok_or(Broken)?;
        let Some(id) = group.channel() else { return Ok(None) };
        let Some(source) = group.speaker(speaker)?.cloned() else { return Ok(None) };
        let recipient = target.and_then(|target| self.rosters.channel(id)?.numbered(target));
        let recipient = recipient.and_then(|recipient| self.rosters.client(recipient));
        if target.is_some() && recipient.is_none() {
            // The member has left meanwhile. The other proxy has been told of that.
            return Ok(None);
        }
        let recipient = recipient.map(|recipient| recipient.id.clone());
        let to = self.audience(id, None, None);
        self.rosters.group_mut(conn).ok_or(Broken)?.note_encoding(record.size());
        Ok(Some(LongMessage { words: Words::Record { record, recipient }, form: Form { source, to } }))
    }

    pub(super) fn on_encoded(&mut self, conn: ConnId, Encoded(outcome): Encoded, now: Instant) {
        self.deliver();
        if self.rosters.group(conn).is_some() {
            if self.deliver_long_record(conn, *outcome).is_err() {
                self.end_group(conn, now);
            }
        } else if self.speaker(conn, now).is_some() {
            self.deliver_long_message(conn, *outcome, now);
        }
    }

    fn deliver_long_record(&mut self, conn: ConnId, outcome: Outcome) -> Result<(), Broken> {
        let Some(id) = self.rosters.group(conn).and_then(RemoteGroup::channel) else { return Ok(()) };
        match outcome {
            Outcome::Said { to: Address::Number(number), forms } => {
                // The member has left meanwhile. The other proxy has been told of that.
                if let Some(to) = self.rosters.channel(id).and_then(|channel| channel.numbered(number)) {
                    self.send_form(conn, to, forms);
                }
            }
            Outcome::Said { forms, .. } => self.send_form_to_all(conn, id, forms),
            Outcome::StatusAsked | Outcome::Refused(_) | Outcome::Violated(_) | Outcome::Broken => {
                return Err(Broken);
            }
        }
        let group = self.rosters.group_mut(conn).ok_or(Broken)?;
        group.note_encoding(0);
        Ok(group.count_kept()?)
    }

    fn deliver_long_message(&mut self, conn: ConnId, outcome: Outcome, now: Instant) {
        match outcome {
            Outcome::Said { to: Address::Peer(target), forms } => {
                self.send_form_to_peer(conn, &target, forms)
            }
            Outcome::Said { forms, .. } => {
                if let Some(id) = self.rosters.client(conn).map(|client| client.channel) {
                    self.send_form_to_all(conn, id, forms);
                }
            }
            Outcome::StatusAsked => self.tell_status(conn),
            Outcome::Refused(refusal) => self.tell_error(conn, &refusal),
            Outcome::Violated(Violation { code, reason }) => self.close(conn, code, reason, now),
            Outcome::Broken => {}
        }
    }

    fn send_form_to_all(&mut self, from: ConnId, id: ChannelId, forms: Forms) {
        let Self { rosters, delivery, .. } = self;
        let Some(channel) = rosters.channel(id) else { return };
        let Forms { mut structured, mut raw, payload, body } = forms;
        let parts = delivery.parts(body);
        let [structured, raw] = [&mut structured, &mut raw]
            .map(|form| form.as_mut().map(|form| delivery.beginning(form, &parts)));
        for to in channel.present.iter().filter(|to| to.conn != from) {
            let frame = match to.framing {
                Framing::Structured => &structured,
                Framing::Raw => &raw,
            };
            if let Some(frame) = frame {
                delivery.send_in_parts(to.conn, from, frame, &parts);
            }
        }
        let member = rosters.client(from).map(|client| client.number);
        if let (Some(payload), Some(member)) = (payload, member) {
            let groups = rosters.groups(id).filter(|(_, group)| group.had_peers());
            let groups: Vec<ConnId> = groups.map(|(conn, _)| conn).collect();
            self.send_long_record(from, &groups, (member, None), payload, &parts);
        }
    }

    /// Sends the form that `to` takes. Gives whether there is one: a member that came after the
    /// message may have none.
    fn send_form(&mut self, from: ConnId, to: ConnId, forms: Forms) -> bool {
        let form = self.rosters.client(to).and_then(|client| match client.framing {
            Framing::Structured => forms.structured,
            Framing::Raw => forms.raw,
        });
        let Some(mut form) = form else { return false };
        let parts = self.delivery.parts(forms.body);
        let frame = self.delivery.beginning(&mut form, &parts);
        self.delivery.send_in_parts(to, from, &frame, &parts);
        true
    }

    fn send_form_to_peer(&mut self, from: ConnId, target: &PeerId, forms: Forms) {
        let is_told = match self.route(from, target.as_str()) {
            Route::Here(to) => self.send_form(from, to, forms),
            Route::Elsewhere { group, number: target } => {
                let member = self.rosters.client(from).map(|client| client.number);
                match (forms.payload, member) {
                    (Some(payload), Some(member)) => {
                        let parts = self.delivery.parts(forms.body);
                        self.send_long_record(from, &[group], (member, Some(target)), payload, &parts);
                        true
                    }
                    (None, _) | (_, None) => false,
                }
            }
            Route::NotAdmitted => return self.tell_not_admitted(from, target.as_str()),
            Route::Nowhere => false,
        };
        if !is_told {
            // When the message was sent there was no such peer.
            self.tell_error(from, &Refusal::unknown_target(target.as_str()));
        }
    }

    /// Sends a record to groups, without copying its payload.
    fn send_long_record(
        &mut self,
        from: ConnId,
        groups: &[ConnId],
        (member, target): (u32, Option<u32>),
        payload: Owned,
        parts: &[OutboxFrame<'static>],
    ) {
        let Self { delivery, encoded, .. } = self;
        encoded.clear();
        payload.write_before(encoded, member, target);
        let whole = payload.into_bytes().map(|bytes| [delivery.shared_frame(bytes)]);
        let parts = whole.as_ref().map_or(parts, |whole| &whole[..]);
        for &group in groups {
            delivery.send_in_parts(group, from, &OutboxFrame::Copied(encoded), parts);
        }
    }
}
