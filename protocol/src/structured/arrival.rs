//! Structured frames from a proxy, as a client reads them.

use std::borrow::Cow;
use std::str::FromStr;

use memchr::memchr;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::notice::LeaveReason;
use super::request::is_plain_ascii;
use crate::Json;

/// A structured frame of a proxy, borrowed from the text of one WebSocket message.
///
/// ```
/// use nws_protocol::structured::Arrival;
///
/// let text = r#"{"action":"broadcast","source":"bob","data":[1, 2]}"#;
/// let Some(Arrival::Broadcast { source, data }) = Arrival::parse(text) else { panic!("a broadcast") };
/// assert_eq!((&*source, data.as_str()), ("bob", "[1, 2]"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival<'a> {
    /// A peer says something to all.
    Broadcast {
        /// The speaker.
        source: Cow<'a, str>,
        /// The payload.
        data: Json<'a>,
    },
    /// A peer says something to this client only.
    Message {
        /// The speaker.
        source: Cow<'a, str>,
        /// The payload.
        data: Json<'a>,
    },
    /// A peer sends a frame of a stream: see [`StreamFrame`](super::StreamFrame).
    Stream {
        /// The sender.
        source: Cow<'a, str>,
        /// What the frame says.
        data: Json<'a>,
    },
    /// A peer is here.
    Connect {
        /// This client.
        you: Cow<'a, str>,
        /// The newcomer.
        peer: Cow<'a, str>,
    },
    /// A peer has gone.
    Disconnect {
        /// The peer that left.
        peer: Cow<'a, str>,
        /// The reason, where the peer did not leave by itself.
        reason: Option<LeaveReason>,
    },
    /// The first frame of all, and the answer to `status`.
    Status {
        /// This client.
        you: Cow<'a, str>,
        /// The largest payload that this client may send, in bytes.
        message_max: Option<usize>,
        /// Whether proxy and client know streams.
        has_streams: bool,
    },
    /// All peers have been named that were here at the beginning.
    Welcome {
        /// How many others are here.
        peers: Option<usize>,
        /// Whether all other proxies have answered.
        is_settled: bool,
    },
    /// A frame of this client could not be served, or there are too many of something.
    Error {
        /// The kind of fault, as the proxy calls it: a later one may know more of them.
        code: Cow<'a, str>,
        /// The fault in words.
        reason: Cow<'a, str>,
        /// The target of the frame, where it had one.
        target: Option<Cow<'a, str>>,
        /// The number of the stream that the frame was about.
        stream: Option<u32>,
        /// This client, where the proxy says so.
        you: Option<Cow<'a, str>>,
    },
    /// An action of a later version.
    Later,
}

impl<'a> Arrival<'a> {
    /// Reads a frame. Messages in the form in which proxies write them are found by comparing. All
    /// other texts go through a JSON parser, with the same result. `None` for a text that no proxy
    /// writes.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        Self::parse_usual(text).or_else(|| Self::parse_any(text))
    }

    fn parse_usual(text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix(r#"{"action":""#)?;
        if let Some(rest) = rest.strip_prefix(r#"broadcast","source":""#) {
            let (source, rest) = id_in(rest)?;
            return Some(Self::Broadcast { source: Cow::Borrowed(source), data: plain_data(rest)? });
        }
        let (source, rest) = id_in(rest.strip_prefix(r#"message","source":""#)?)?;
        let (_, rest) = id_in(rest.strip_prefix(r#"","target":""#)?)?;
        Some(Self::Message { source: Cow::Borrowed(source), data: plain_data(rest)? })
    }

    fn parse_any(text: &'a str) -> Option<Self> {
        let members: Members<'a> = serde_json::from_str(text).ok()?;
        let Members { source, target, data, code, reason, stream, .. } = members;
        let data = || Json::from_valid(data?.get());
        Some(match &*members.action {
            "broadcast" => Self::Broadcast { source: string(source)?, data: data()? },
            "message" => Self::Message { source: string(source)?, data: data()? },
            "stream" => Self::Stream { source: string(source)?, data: data()? },
            "connect" => Self::Connect { you: string(source)?, peer: string(target)? },
            "disconnect" => {
                let reason = string(reason).filter(|reason| reason == "slow");
                Self::Disconnect { peer: string(target)?, reason: reason.map(|_| LeaveReason::Slow) }
            }
            "status" => Self::Status {
                you: string(source)?,
                message_max: number(members.message_max),
                has_streams: number(members.streams) == Some(1),
            },
            "welcome" => Self::Welcome {
                peers: number(members.peers),
                is_settled: members.settled.is_some_and(|settled| settled.get() == "true"),
            },
            "error" => Self::Error {
                code: string(code)?,
                reason: string(reason).unwrap_or_default(),
                target: string(target),
                stream: number(stream),
                you: string(source),
            },
            _ => Self::Later,
        })
    }
}

/// The members that have a meaning for some action. A later action may give them another one, so each
/// is looked at only where it has ours.
#[derive(Deserialize)]
struct Members<'a> {
    #[serde(borrow)]
    action: Cow<'a, str>,
    #[serde(borrow, default, deserialize_with = "present")]
    source: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    target: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    code: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    reason: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    data: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present", rename = "maxMessageSize")]
    message_max: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    peers: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    settled: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    streams: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    stream: Option<&'a RawValue>,
}

/// A member that is there, also if it is `null`.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

fn string(member: Option<&RawValue>) -> Option<Cow<'_, str>> {
    Json::from_valid(member?.get())?.string()
}

fn number<N: FromStr>(member: Option<&RawValue>) -> Option<N> {
    member?.get().parse().ok()
}

/// An id without escapes, and what follows it.
fn id_in(text: &str) -> Option<(&str, &str)> {
    let (id, rest) = text.split_at(memchr(b'"', text.as_bytes())?);
    is_plain_ascii(id).then_some((id, rest))
}

fn plain_data(rest: &str) -> Option<Json<'_>> {
    Json::plain_string(rest.strip_prefix(r#"","data":"#)?.strip_suffix('}')?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_frames_need_no_parser() {
        for text in [
            r#"{"action":"broadcast","source":"alice","data":"hi ä"}"#,
            r#"{"action":"message","source":"alice","target":"bob~x","data":""}"#,
        ] {
            let usual = Arrival::parse_usual(text);
            assert!(usual.is_some() && usual == Arrival::parse_any(text), "{text}");
        }
    }

    #[test]
    fn unusual_frames_do() {
        for text in [
            r#"{"action":"broadcast","source":"alice","data":"a\nb"}"#,
            r#"{"action":"broadcast","source":"alice","data":1}"#,
            r#"{"action":"broadcast","source":"alice","data":"a","data":"b"}"#,
            r#"{"action":"message","source":"alice","target":"b\u006fb","data":""}"#,
            r#"{"action":"message","source":"alice","data":""}"#,
        ] {
            assert_eq!(Arrival::parse_usual(text), None, "{text}");
        }
    }
}
