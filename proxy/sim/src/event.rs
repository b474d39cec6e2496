//! The events that clients see.

use std::collections::BTreeMap;
use std::fmt;

use nws_protocol::binary::{self, Kind};
use nws_protocol::websocket;
use serde_json::value::RawValue;

/// Something that a client sees, read from what its proxy has sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A peer is present.
    Connect {
        /// The own id.
        you: String,
        /// The peer.
        peer: String,
    },
    /// A peer has gone.
    Disconnect {
        /// The own id.
        you: String,
        /// The peer.
        peer: String,
        /// Why.
        reason: Option<String>,
    },
    /// A peer says something to all.
    Broadcast {
        /// The peer.
        source: String,
        /// JSON.
        data: String,
    },
    /// A peer says something to this client.
    Message {
        /// The peer.
        source: String,
        /// The own id.
        target: String,
        /// JSON.
        data: String,
    },
    /// The own id: it comes first of all, and again as the reply to a status request.
    Status {
        /// The own id.
        you: String,
        /// The largest payload that may be sent.
        message_max: Option<usize>,
        /// Gives whether there are streams.
        has_streams: bool,
    },
    /// All peers that were present before are known.
    Welcome {
        /// The number of other peers.
        peers: usize,
        /// Gives whether all proxies have answered.
        is_settled: bool,
    },
    /// A frame was not accepted.
    Error {
        /// Why.
        code: String,
        /// The peer to which it should have gone.
        target: Option<String>,
        /// The stream that it was about.
        stream: Option<u32>,
    },
    /// A text that is no structured frame.
    Text(String),
    /// A binary frame as it stands.
    Binary(Vec<u8>),
    /// A ping.
    Ping,
    /// A pong.
    Pong(Vec<u8>),
    /// A close frame.
    Close(Option<u16>),
    /// The connection ended in order.
    End,
    /// The connection was reset.
    Reset,
}

/// In few words, for tests: `bob: 1` is a broadcast, `bob > 1` a message.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect { peer, .. } => write!(f, "connect {peer}"),
            Self::Disconnect { peer, reason: None, .. } => write!(f, "disconnect {peer}"),
            Self::Disconnect { peer, reason: Some(reason), .. } => write!(f, "disconnect {peer}, {reason}"),
            Self::Broadcast { source, data } => write!(f, "{source}: {data}"),
            Self::Message { source, data, .. } => write!(f, "{source} > {data}"),
            Self::Status { you, has_streams: false, .. } => write!(f, "you are {you}"),
            Self::Status { you, has_streams: true, .. } => write!(f, "you are {you}, there are streams"),
            Self::Welcome { peers, is_settled } => write!(f, "welcome, {peers} are here, {is_settled}"),
            Self::Error { code, target, stream } => {
                write!(f, "error {code}")?;
                target.iter().try_for_each(|target| write!(f, " {target}"))?;
                stream.iter().try_for_each(|stream| write!(f, ", stream {stream}"))
            }
            Self::Text(text) => write!(f, "text {text}"),
            Self::Binary(bytes) => write!(f, "binary {}", bytes.escape_ascii()),
            Self::Ping => f.write_str("ping"),
            Self::Pong(payload) => write!(f, "pong {}", payload.escape_ascii()),
            Self::Close(None) => f.write_str("close"),
            Self::Close(Some(code)) => write!(f, "close {code}"),
            Self::End => f.write_str("end"),
            Self::Reset => f.write_str("reset"),
        }
    }
}

impl Event {
    /// Gives the event of the first frame in `bytes`, and the bytes behind it. `None` when the
    /// frame is not whole.
    ///
    /// # Panics
    ///
    /// When it is no frame of a proxy.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let head = match bytes {
            [_, 126, ..] => 4,
            [_, 127, ..] => 10,
            _ => 2,
        };
        if bytes.len() < head || bytes.len() < websocket::frame_len(bytes) {
            return None;
        }
        let (frame, rest) = bytes.split_at(websocket::frame_len(bytes));
        Some((Self::of(frame[0], &frame[head..]), rest))
    }

    /// What a binary frame says to a structured client: its kind, its source, and its payload.
    #[must_use]
    pub fn binary(&self) -> Option<(Kind, &str, &[u8])> {
        let Self::Binary(bytes) = self else { return None };
        let frame = binary::Frame::parse(bytes).ok()?;
        Some((frame.kind, frame.id, frame.payload))
    }

    fn of(first: u8, payload: &[u8]) -> Self {
        match first {
            0x81 => Self::of_text(std::str::from_utf8(payload).expect("text is UTF-8")),
            0x82 => Self::Binary(payload.to_vec()),
            0x88 => Self::Close(payload.first_chunk().map(|code| u16::from_be_bytes(*code))),
            0x89 => Self::Ping,
            0x8a => Self::Pong(payload.to_vec()),
            _ => panic!("not a frame of a proxy: {first:#x}"),
        }
    }

    fn of_text(text: &str) -> Self {
        Self::structured(text).unwrap_or_else(|| Self::Text(text.to_owned()))
    }

    fn structured(text: &str) -> Option<Self> {
        let members: BTreeMap<&str, &RawValue> = serde_json::from_str(text).ok()?;
        let string =
            |name| members.get(name).and_then(|value| serde_json::from_str::<String>(value.get()).ok());
        let data = || members.get("data").map(|value| value.get().to_owned());
        Some(match string("action")?.as_str() {
            "connect" => Self::Connect { you: string("source")?, peer: string("target")? },
            "disconnect" => {
                let (you, peer) = (string("source")?, string("target")?);
                Self::Disconnect { you, peer, reason: string("reason") }
            }
            "broadcast" => Self::Broadcast { source: string("source")?, data: data()? },
            "message" => {
                Self::Message { source: string("source")?, target: string("target")?, data: data()? }
            }
            "status" if string("source") == string("target") => {
                let message_max = members.get("maxMessageSize").and_then(|size| size.get().parse().ok());
                let has_streams = members.contains_key("streams");
                Self::Status { you: string("source")?, message_max, has_streams }
            }
            "welcome" if string("source") == string("target") => Self::Welcome {
                peers: members.get("peers")?.get().parse().ok()?,
                is_settled: members.get("settled")?.get().parse().ok()?,
            },
            "error" => {
                let stream = members.get("stream").and_then(|stream| stream.get().parse().ok());
                Self::Error { code: string("code")?, target: string("target"), stream }
            }
            _ => return None,
        })
    }
}
