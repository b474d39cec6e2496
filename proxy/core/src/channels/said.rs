//! Encodes what a peer says for its recipients.

use nws_protocol::binary::{self, Kind, StreamPart};
use nws_protocol::limits::{STREAM_DATA_MAX, STREAM_PART_MAX};
use nws_protocol::link::Payload;
use nws_protocol::structured::Notice;
use nws_protocol::websocket::{self, Opcode};
use nws_protocol::{Json, PeerId, raw};

use super::Framing;
use super::rosters::Client;

/// The payload of a peer's message, in whichever form.
#[derive(Clone, Copy)]
pub(super) enum Said<'a> {
    Data(Json<'a>),
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl Said<'_> {
    /// Gives whether its payload has more than `max` bytes.
    pub(super) fn is_larger_than(self, max: usize) -> bool {
        match self {
            Said::Data(data) => data.is_longer_than(max),
            Said::Text(text) => text.len() > max,
            Said::Bytes(bytes) => bytes.len() > max,
        }
    }

    /// Appends a message from `source` to `recipient`.
    pub(super) fn write_to(self, out: &mut Vec<u8>, recipient: &Client, source: &PeerId) {
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
                // This is a JSON string that this proxy made itself, so it is valid.
                let Some(data) = Json::new(&text) else { return };
                notice(source, target, data).write_frame(out);
            }
            Said::Bytes(payload) => {
                let kind = if target.is_some() { Kind::Message } else { Kind::Broadcast };
                write_binary(out, kind, source, payload);
            }
        }
    }

    /// Appends a frame of a stream from `source` to `target`.
    pub(super) fn write_stream(self, out: &mut Vec<u8>, source: &PeerId, target: &PeerId) {
        match self {
            Said::Data(data) => Notice::Stream { source, target, data }.write_frame(out),
            Said::Bytes(payload) => write_binary(out, Kind::Stream, source, payload),
            // Raw peers have no streams.
            Said::Text(_) => {}
        }
    }

    /// Gives whether it is longer than a frame of a stream may be.
    pub(super) fn is_too_long_for_stream(self) -> bool {
        match self {
            Said::Data(data) => data.as_str().len() > STREAM_DATA_MAX,
            Said::Text(text) => text.len() > STREAM_DATA_MAX,
            Said::Bytes(bytes) => bytes.len() > STREAM_PART_MAX + StreamPart::HEAD_LEN,
        }
    }

    /// Appends the head of the frame of `len` bytes of payload for structured peers.
    pub(super) fn write_binary_head(out: &mut Vec<u8>, source: &PeerId, target: Option<&PeerId>, len: usize) {
        let kind = if target.is_some() { Kind::Message } else { Kind::Broadcast };
        let frame = binary::Frame { kind, id: source.as_str(), payload: &[] };
        let head = frame.head();
        websocket::write_header(out, Opcode::Binary, head.len() + frame.id.len() + len);
        out.extend_from_slice(&head);
        out.extend_from_slice(frame.id.as_bytes());
    }

    /// The payload of the record for another proxy.
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

fn write_binary(out: &mut Vec<u8>, kind: Kind, source: &PeerId, payload: &[u8]) {
    let frame = binary::Frame { kind, id: source.as_str(), payload };
    let parts = [&frame.head(), frame.id.as_bytes(), frame.payload];
    websocket::write_frame(out, Opcode::Binary, parts);
}

fn notice<'a>(source: &'a PeerId, target: Option<&'a PeerId>, data: Json<'a>) -> Notice<'a> {
    match target {
        Some(target) => Notice::Message { source, target, data },
        None => Notice::Broadcast { source, data },
    }
}
