//! Structured frames from a proxy to its clients.

use serde_json::Value;

use super::ErrorCode;
use super::decimal::Decimal;
use crate::websocket::{self, Opcode};
use crate::{Json, PeerId, VERSION};

/// A structured frame of the proxy. The order of its members is fixed, and the README shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice<'a> {
    /// A peer is here.
    Connect {
        /// The recipient.
        you: &'a PeerId,
        /// The newcomer.
        peer: &'a PeerId,
    },
    /// A peer has gone.
    Disconnect {
        /// The recipient.
        you: &'a PeerId,
        /// The peer that left.
        peer: &'a PeerId,
        /// The reason, where the peer did not leave by itself.
        reason: Option<LeaveReason>,
    },
    /// A peer says something to all.
    Broadcast {
        /// The speaker.
        source: &'a PeerId,
        /// The payload.
        data: Json<'a>,
    },
    /// A peer says something to the recipient only.
    Message {
        /// The speaker.
        source: &'a PeerId,
        /// The recipient.
        target: &'a PeerId,
        /// The payload.
        data: Json<'a>,
    },
    /// A peer sends a frame of a stream between it and the recipient.
    Stream {
        /// The sender.
        source: &'a PeerId,
        /// The recipient.
        target: &'a PeerId,
        /// What the frame says.
        data: Json<'a>,
    },
    /// The first frame of all, and the answer to `status`.
    Status {
        /// The recipient.
        you: &'a PeerId,
        /// The largest payload that the recipient may send, in bytes.
        message_max: usize,
        /// Whether the recipient has said that it knows streams, as this proxy does too.
        has_streams: bool,
    },
    /// The recipient has been told of all peers that were here when it came.
    Welcome {
        /// The recipient.
        you: &'a PeerId,
        /// How many others are here.
        peers: usize,
        /// The largest payload that the recipient may send, in bytes.
        message_max: usize,
        /// Whether all other proxies have answered; otherwise some took too long.
        is_settled: bool,
    },
    /// A frame of the recipient could not be served.
    Error {
        /// The kind of fault.
        code: ErrorCode,
        /// The fault in words.
        reason: &'a str,
        /// The frame's target, where it had one.
        target: Option<&'a str>,
        /// The number of the stream that the frame was about.
        stream: Option<u32>,
    },
    /// The recipient has joined, and there are too many of something. This may come before all
    /// other frames, so it tells the recipient its id.
    Limit {
        /// The recipient.
        you: &'a PeerId,
        /// What there is too much of, and what follows from that.
        reason: &'a str,
    },
}

/// The reason why a peer is gone that has not left by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaveReason {
    /// It read too slowly, and the frames that waited for it were dropped.
    Slow,
}

impl LeaveReason {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Slow => "slow",
        }
    }
}

impl Notice<'_> {
    /// Appends the notice to `out` as a WebSocket text frame.
    pub fn write_frame(&self, out: &mut Vec<u8>) {
        match *self {
            Self::Connect { you, peer } => write_pair(out, "connect", you, peer, None),
            Self::Disconnect { you, peer, reason } => write_pair(out, "disconnect", you, peer, reason),
            Self::Welcome { you, peers, message_max, is_settled } => {
                write_welcome(out, you, [peers, message_max], is_settled);
            }
            Self::Status { you, message_max, has_streams } => {
                write_status(out, you, message_max, has_streams);
            }
            Self::Broadcast { source, data } => write_text(
                out,
                [r#"{"action":"broadcast","source":""#, source.as_str(), r#"","data":"#, data.as_str(), "}"],
            ),
            // The only frame of seven parts. So the compiler makes one piece of its writing, which
            // saves a tenth of what the proxy does for a message (`cargo xtask instructions`).
            Self::Message { source, target, data } => write_text(
                out,
                [
                    r#"{"action":"message","source":""#,
                    source.as_str(),
                    r#"","target":""#,
                    target.as_str(),
                    r#"","data":"#,
                    data.as_str(),
                    "}",
                ],
            ),
            Self::Stream { source, target, data } => write_stream(out, source, target, data),
            Self::Error { code, reason, target, stream } => {
                write_error(out, code.as_str(), reason, target.map(|target| ("target", target)), stream);
            }
            Self::Limit { you, reason } => {
                write_error(out, "limit", reason, Some(("source", you.as_str())), None);
            }
        }
    }
}

fn write_pair(
    out: &mut Vec<u8>,
    action: &str,
    source: &PeerId,
    target: &PeerId,
    reason: Option<LeaveReason>,
) {
    let (source, target) = (source.as_str(), target.as_str());
    let [key, reason] = reason.map_or(["", ""], |reason| [r#"","reason":""#, reason.as_str()]);
    write_text(
        out,
        [
            r#"{"action":""#,
            action,
            r#"","source":""#,
            source,
            r#"","target":""#,
            target,
            key,
            reason,
            r#""}"#,
        ],
    );
}

fn write_stream(out: &mut Vec<u8>, source: &PeerId, target: &PeerId, data: Json<'_>) {
    let (source, target, data) = (source.as_str(), target.as_str(), data.as_str());
    let (start, key) = (r#"{"action":"stream""#, r#","source":""#);
    write_text(out, [start, key, source, r#"","target":""#, target, r#"","data":"#, data, "}"]);
}

fn write_status(out: &mut Vec<u8>, you: &PeerId, message_max: usize, has_streams: bool) {
    let (you, message_max) = (you.as_str(), Decimal::new(message_max));
    write_text(
        out,
        [
            r#"{"action":"status""#,
            r#","source":""#,
            you,
            r#"","target":""#,
            you,
            r#"","maxMessageSize":"#,
            message_max.as_str(),
            if has_streams { r#","streams":1}"# } else { "}" },
        ],
    );
}

fn write_welcome(out: &mut Vec<u8>, you: &PeerId, [peers, message_max]: [usize; 2], is_settled: bool) {
    let (you, version) = (you.as_str(), Decimal::new(VERSION as usize));
    let [peers, message_max] = [peers, message_max].map(Decimal::new);
    write_text(
        out,
        [
            r#"{"action":"welcome","source":""#,
            you,
            r#"","target":""#,
            you,
            r#"","peers":"#,
            peers.as_str(),
            r#","maxMessageSize":"#,
            message_max.as_str(),
            r#","version":"#,
            version.as_str(),
            r#","settled":"#,
            if is_settled { "true}" } else { "false}" },
        ],
    );
}

/// Writes an error, with further members where there are such.
fn write_error(
    out: &mut Vec<u8>,
    code: &str,
    reason: &str,
    member: Option<(&str, &str)>,
    stream: Option<u32>,
) {
    let reason = Value::from(reason).to_string();
    let member = member.map(|(key, value)| format!(r#","{key}":{}"#, Value::from(value))).unwrap_or_default();
    let stream = stream.map(|stream| format!(r#","stream":{stream}"#)).unwrap_or_default();
    let members = member + &stream;
    write_text(out, [r#"{"action":"error","code":""#, code, r#"","reason":"#, &reason, &members, "}"]);
}

fn write_text<const N: usize>(out: &mut Vec<u8>, parts: [&str; N]) {
    websocket::write_frame(out, Opcode::Text, parts.map(str::as_bytes));
}
