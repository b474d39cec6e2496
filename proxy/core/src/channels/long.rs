//! Handles long messages. Reading and encoding one takes many milliseconds, so it happens where no
//! other client waits for it. The owner of the sockets gets a [`LongMessage`], has it
//! [encoded](LongMessage::encode) on another thread, and hands it back as
//! [`Input::Encoded`](super::Input::Encoded). Meanwhile it passes on nothing else of the same
//! connection.
//!
//! A long message is for members that are present when its last byte comes. It is encoded in the
//! framings that they use then.

use std::time::Instant;

use nws_protocol::link::{LongRecord, Payload, Record};
use nws_protocol::structured::Refusal;
use nws_protocol::websocket::{Violation, utf8};
use nws_protocol::{PeerId, Pieces};

use super::batch::Audience;
use super::delivery::OutboxFrame;
use super::remote::said;
use super::rosters::{Broken, ChannelId, RemoteGroup};
use super::route::Route;
use super::said::Said;
use super::serve::Serve;
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
}

#[derive(Debug)]
enum Owned {
    Json(String),
    Text(String),
    Binary(Vec<u8>),
}

impl LongMessage {
    /// Reads and encodes it. This takes up to half a second.
    #[must_use]
    pub fn encode(self) -> Encoded {
        let Self { words, form } = self;
        Encoded(Box::new(match words {
            Words::Client { is_text: true, framing, max, payload } => match utf8(&payload.into_bytes()) {
                Ok(text) => form.text(framing, text, max),
                Err(violation) => Outcome::Violated(violation),
            },
            Words::Client { is_text: false, framing, max, payload } => {
                form.binary(framing, &payload.into_bytes(), max)
            }
            Words::Record { record, recipient } => {
                form.record(&record.into_bytes(), recipient.as_ref()).unwrap_or(Outcome::Broken)
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
    fn record(&self, record: &[u8], recipient: Option<&PeerId>) -> Result<Outcome, Broken> {
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
    fn as_payload(&self) -> Payload<'_> {
        match self {
            Self::Json(text) => Payload::Json(text),
            Self::Text(text) => Payload::Text(text),
            Self::Binary(bytes) => Payload::Binary(bytes),
        }
    }

    fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Json(text) | Self::Text(text) => text.into_bytes(),
            Self::Binary(bytes) => bytes,
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
        let Forms { structured, raw, payload } = forms;
        let [structured, raw] = [structured, raw].map(|form| form.map(|form| delivery.shared_frame(form)));
        for to in channel.present.iter().filter(|to| to.conn != from) {
            let frame = match to.framing {
                Framing::Structured => &structured,
                Framing::Raw => &raw,
            };
            if let Some(frame) = frame {
                delivery.send(to.conn, from, frame);
            }
        }
        let member = rosters.client(from).map(|client| client.number);
        if let (Some(payload), Some(member)) = (payload, member) {
            let groups = rosters.groups(id).filter(|(_, group)| group.had_peers());
            let groups: Vec<ConnId> = groups.map(|(conn, _)| conn).collect();
            self.send_long_record(from, &groups, |payload| Record::Broadcast { member, payload }, payload);
        }
    }

    /// Sends the form that `to` takes. Gives whether there is one: a member that came after the
    /// message may have none.
    fn send_form(&mut self, from: ConnId, to: ConnId, forms: Forms) -> bool {
        let form = self.rosters.client(to).and_then(|client| match client.framing {
            Framing::Structured => forms.structured,
            Framing::Raw => forms.raw,
        });
        let Some(form) = form else { return false };
        let frame = self.delivery.shared_frame(form);
        self.delivery.send(to, from, &frame);
        true
    }

    fn send_form_to_peer(&mut self, from: ConnId, target: &PeerId, forms: Forms) {
        let is_told = match self.route(from, target.as_str()) {
            Route::Here(to) => self.send_form(from, to, forms),
            Route::Elsewhere { group, number: target } => {
                let member = self.rosters.client(from).map(|client| client.number);
                match (forms.payload, member) {
                    (Some(payload), Some(member)) => {
                        self.send_long_record(
                            from,
                            &[group],
                            |payload| Record::Message { member, target, payload },
                            payload,
                        );
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
        record: impl for<'a> FnOnce(Payload<'a>) -> Record<'a>,
        payload: Owned,
    ) {
        self.encoded.clear();
        record(payload.as_payload()).write_before_payload(&mut self.encoded);
        let payload = self.delivery.shared_frame(payload.into_bytes());
        for &group in groups {
            self.delivery.send(group, from, &OutboxFrame::Copied(&self.encoded));
            self.delivery.send(group, from, &payload);
        }
    }
}
