//! A long message as it is written: the frames for each framing, and the record for other proxies.

use nws_protocol::Pieces;
use nws_protocol::link::{Payload, Record};

/// The message in each form that a recipient takes.
#[derive(Debug, Default)]
pub(super) struct Forms {
    pub(super) structured: Option<Vec<u8>>,
    pub(super) raw: Option<Vec<u8>>,
    /// The form for other proxies.
    pub(super) payload: Option<Owned>,
    /// The payload with which all forms end, if it is not a part of them.
    pub(super) body: Option<Pieces>,
}

/// The payload in the form for other proxies.
#[derive(Debug)]
pub(super) enum Owned {
    Json(String),
    Text(String),
    Binary(Vec<u8>),
    /// The body of the forms, which has so many bytes.
    Body(usize),
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
    pub(super) fn write_before(&self, out: &mut Vec<u8>, member: u32, target: Option<u32>) {
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
    pub(super) fn into_bytes(self) -> Option<Vec<u8>> {
        match self {
            Self::Json(text) | Self::Text(text) => Some(text.into_bytes()),
            Self::Binary(bytes) => Some(bytes),
            Self::Body(_) => None,
        }
    }
}
