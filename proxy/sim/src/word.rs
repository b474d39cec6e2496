//! The messages of clients.

use nws_protocol::websocket::Violation;
use nws_protocol::{CloseCode, binary};

use nws_core::{ConnId, Input};

/// Something that a client says.
#[derive(Clone, Debug)]
pub enum Word {
    /// A text message.
    Text(String),
    /// A binary message.
    Binary(Vec<u8>),
    /// A ping.
    Ping(Vec<u8>),
    /// A pong.
    Pong,
    /// A close frame.
    Close(Option<u16>),
    /// A frame that breaks the rules, for which this code is due.
    Violation(CloseCode),
}

impl Word {
    /// A structured broadcast; `data` is JSON.
    #[must_use]
    pub fn broadcast(data: &str) -> Self {
        Self::Text(format!(r#"{{"action":"broadcast","data":{data}}}"#))
    }

    /// A structured message; `data` is JSON.
    #[must_use]
    pub fn message(target: &str, data: &str) -> Self {
        Self::Text(format!(r#"{{"action":"message","target":"{target}","data":{data}}}"#))
    }

    /// A status request, which asks for the own id.
    #[must_use]
    pub fn status() -> Self {
        Self::Text(r#"{"action":"status"}"#.to_owned())
    }

    /// The client knows streams, and asks for the own id.
    #[must_use]
    pub fn knows_streams() -> Self {
        Self::Text(r#"{"action":"status","streams":1}"#.to_owned())
    }

    /// A frame of a stream; `data` is JSON.
    #[must_use]
    pub fn stream(target: &str, data: &str) -> Self {
        Self::Text(format!(r#"{{"action":"stream","target":"{target}","data":{data}}}"#))
    }

    /// A part of a message in a stream.
    #[must_use]
    pub fn stream_part(target: &str, part: binary::StreamPart<'_>) -> Self {
        let payload = &part.to_bytes();
        Self::Binary(binary::Frame { kind: binary::Kind::Stream, id: target, payload }.to_bytes())
    }

    /// A structured broadcast of bytes.
    #[must_use]
    pub fn binary_broadcast(payload: &[u8]) -> Self {
        Self::Binary(binary::Frame { kind: binary::Kind::Broadcast, id: "", payload }.to_bytes())
    }

    /// A structured message of bytes.
    #[must_use]
    pub fn binary_message(target: &str, payload: &[u8]) -> Self {
        Self::Binary(binary::Frame { kind: binary::Kind::Message, id: target, payload }.to_bytes())
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) | Self::Ping(bytes) => bytes.len(),
            Self::Pong | Self::Close(_) | Self::Violation(_) => 2,
        }
    }

    pub(super) fn input(&self, conn: ConnId) -> Input<'_> {
        match self {
            Self::Text(text) => Input::Text { conn, text },
            Self::Binary(bytes) => Input::Binary { conn, bytes },
            Self::Ping(payload) => Input::Ping { conn, payload },
            Self::Pong => Input::Pong { conn },
            Self::Close(code) => Input::PeerClosed { conn, code: *code },
            Self::Violation(code) => {
                Input::Violation { conn, violation: Violation { code: *code, reason: "a violation" } }
            }
        }
    }
}
