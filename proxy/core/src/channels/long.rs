//! Handles long messages. Reading and encoding a text takes many milliseconds, so it happens where
//! no other client waits for it. The owner of the sockets gets a [`LongMessage`], has it
//! [encoded](LongMessage::encode), and hands it back as [`Input::Encoded`](super::Input::Encoded).
//! Meanwhile it passes on nothing else of the same connection.
//!
//! Bytes are neither read nor copied: the pieces in which they came are parts of the frames for all
//! recipients. So they are delivered at once, and the owner of the sockets gets nothing.
//!
//! A long message is for members that are present when its last byte comes. It is encoded in the
//! framings that they use then.

mod deliver;
mod form;
mod forms;

use std::time::Instant;

use nws_protocol::link::{LongRecord, Record};
use nws_protocol::structured::Refusal;
use nws_protocol::websocket::{Violation, utf8};
use nws_protocol::{PeerId, Pieces};

use form::Form;
use forms::Forms;

use super::rosters::Broken;
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

#[derive(Debug)]
enum Outcome {
    Said {
        to: Address,
        forms: Forms,
    },
    StatusAsked {
        knows_streams: bool,
    },
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

impl LongMessage {
    /// Gives whether encoding it takes so little time that it need not be done on another thread.
    fn is_quick(&self) -> bool {
        match &self.words {
            Words::Client { is_text, .. } => !is_text,
            Words::Record { record, .. } => record.is_binary(),
        }
    }

    /// Reads and encodes it. This takes up to half a second.
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

impl Channels {
    /// Takes a long message of a client. Gives a text, to be encoded; `None` when the message is
    /// delivered already, or what the client says is ignored.
    #[must_use]
    pub fn long_message(
        &mut self,
        conn: ConnId,
        is_text: bool,
        payload: Pieces,
        now: Instant,
    ) -> Option<LongMessage> {
        let now = self.begin(Some(conn), now);
        let mut long = self.said_at_length(conn, is_text, payload, now);
        if let Some(message) = long.take_if(|message| message.is_quick()) {
            self.on_encoded(conn, message.encode(), now);
        }
        self.end(now);
        long
    }

    fn said_at_length(
        &mut self,
        conn: ConnId,
        is_text: bool,
        payload: Pieces,
        now: Instant,
    ) -> Option<LongMessage> {
        let framing = self.speaks(conn, payload.len(), now)?;
        let client = self.rosters.client(conn)?;
        let source = client.id.clone();
        // The sender too, as a client may send a message to its own id.
        let to = self.audience(client.channel, None, Some(client.number));
        let words = Words::Client { is_text, framing, max: self.config.message_max, payload };
        Some(LongMessage { words, form: Form { source, to } })
    }

    /// Takes a long record of a group. Gives a text to be encoded, if it has a recipient here. Bytes
    /// are delivered at once. Any other record is short apart from fields that are ignored, and is
    /// processed at once.
    pub(super) fn long_record(
        &mut self,
        conn: ConnId,
        record: LongRecord,
        now: Instant,
    ) -> Result<Option<LongMessage>, Broken> {
        let Some((speaker, target)) = record.route() else {
            let record = record.as_no_message().map_err(|_| Broken)?;
            if matches!(record, Record::Stream { .. }) {
                return Err(Broken);
            }
            self.on_record(conn, record, now)?;
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
        let form = Form { source, to: self.audience(id, None, None) };
        let size = record.size();
        let message = LongMessage { words: Words::Record { record, recipient }, form };
        if message.is_quick() {
            self.deliver();
            self.deliver_long_record(conn, message.encode())?;
            return Ok(None);
        }
        self.rosters.group_mut(conn).ok_or(Broken)?.note_encoding(size);
        Ok(Some(message))
    }
}
