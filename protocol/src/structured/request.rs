//! Structured frames from a client to its proxy.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use memchr::{memchr, memmem};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::Json;
use crate::limits::{DATA_DEPTH_MAX, STREAM_DATA_MAX, STREAM_PART_MAX};

/// A structured frame of a client.
///
/// [`parse`](Self::parse) is the only way to read one. It takes the text of one WebSocket message,
/// and borrows from it: `data` is the text of a JSON value, byte for byte as it came. Members other
/// than `action`, `target`, `data` and `streams` are ignored, and no member may stand twice.
///
/// The value of `data` is nested at most [`DATA_DEPTH_MAX`] deep. Nothing else is bounded here: the
/// decoder bounds the text, and the proxy bounds the payload ([`Json::is_longer_than`]) and looks
/// for the target.
///
/// A frame that cannot be served is a [`Refusal`]. The client is told of it, and the connection
/// goes on.
///
/// ```
/// use nws_protocol::structured::{ErrorCode, Request};
///
/// let text = r#"{"action":"message","target":"bob","data":[1, 2]}"#;
/// let Request::Message { target, data } = Request::parse(text)? else { panic!("a message") };
/// assert_eq!((&*target, data.as_str()), ("bob", "[1, 2]"));
///
/// let refusal = Request::parse(r#"{"action":"sing"}"#).expect_err("there is no such action");
/// assert_eq!(refusal.code, ErrorCode::UnknownAction);
/// # Ok::<(), nws_protocol::structured::Refusal>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request<'a> {
    /// `{"action":"broadcast","data":…}`: a payload for all other peers of the channel.
    Broadcast {
        /// The payload.
        data: Json<'a>,
    },
    /// `{"action":"message","target":…,"data":…}`: a payload for one peer.
    Message {
        /// The id of the peer, as the client wrote it.
        target: Cow<'a, str>,
        /// The payload.
        data: Json<'a>,
    },
    /// `{"action":"stream","target":…,"data":{"stream":…}}`: a frame of a stream between the client
    /// and one peer.
    Stream {
        /// The id of the peer, as the client wrote it.
        target: Cow<'a, str>,
        /// The number of the stream, as the client wrote it.
        stream: u32,
        /// All that the peer gets of the frame.
        data: Json<'a>,
    },
    /// `{"action":"status"}`: a question for the client's own id.
    Status {
        /// The client says that it knows streams: `"streams":1`.
        knows_streams: bool,
    },
}

/// The reason why a frame was not served: the `code` of an `error` frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// It does not have the form of a frame: for instance it is no JSON object, a member is missing
    /// or stands twice, or `data` is nested too deep.
    BadFrame,
    /// Its `action` is not known.
    UnknownAction,
    /// Its `target` is not in the channel.
    UnknownTarget,
    /// Its `target`, the proxy of that, or the sender has not said that it knows streams.
    NotSupported,
    /// The proxy of its `target` has no room for the sender. Without a `target` it is not an answer
    /// to a frame: another proxy has no room for this client.
    NotAdmitted,
}

/// A frame that was not served, as the client is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal<'a> {
    /// The kind of fault.
    pub code: ErrorCode,
    /// The fault in words.
    pub reason: Cow<'a, str>,
    /// The frame's target, where it had one.
    pub target: Option<Cow<'a, str>>,
    /// The number of the stream that the frame was about.
    pub stream: Option<u32>,
}

impl ErrorCode {
    /// The code on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadFrame => "bad-frame",
            Self::UnknownAction => "unknown-action",
            Self::UnknownTarget => "unknown-target",
            Self::NotSupported => "not-supported",
            Self::NotAdmitted => "not-admitted",
        }
    }
}

impl<'a> Refusal<'a> {
    /// A refusal of a frame that had no target.
    pub fn new(code: ErrorCode, reason: impl Into<Cow<'a, str>>) -> Self {
        Self { code, reason: reason.into(), target: None, stream: None }
    }

    /// There is no peer of this id.
    #[must_use]
    pub fn unknown_target(target: &'a str) -> Self {
        let reason = "no such peer in this channel";
        Self { target: Some(Cow::Borrowed(target)), ..Self::new(ErrorCode::UnknownTarget, reason) }
    }

    /// A frame of a stream is longer than a part may be.
    #[must_use]
    pub fn too_long_for_stream(target: &'a str, stream: u32) -> Self {
        let reason = format!(
            "a part of a stream has at most {STREAM_PART_MAX} bytes, and `data` at most {STREAM_DATA_MAX}"
        );
        Self { target: Some(Cow::Borrowed(target)), ..Self::bad_frame(reason) }.of_stream(stream)
    }

    /// The same refusal, which borrows nothing.
    #[must_use]
    pub fn into_owned(self) -> Refusal<'static> {
        let Self { code, reason, target, stream } = self;
        let target = target.map(|target| Cow::Owned(target.into_owned()));
        Refusal { code, reason: Cow::Owned(reason.into_owned()), target, stream }
    }

    /// The same refusal of a frame of this stream.
    #[must_use]
    pub fn of_stream(self, stream: u32) -> Self {
        Self { stream: Some(stream), ..self }
    }

    fn bad_frame(reason: impl Into<Cow<'a, str>>) -> Self {
        Self::new(ErrorCode::BadFrame, reason)
    }
}

impl<'a> Request<'a> {
    /// Reads a frame. The usual orders of members without spaces are found by comparing. All other
    /// texts go through a JSON parser, with the same result.
    ///
    /// # Errors
    ///
    /// The refusal that the client is told of.
    pub fn parse(text: &'a str) -> Result<Self, Refusal<'a>> {
        match Self::parse_usual(text) {
            Some(request) => Ok(request),
            None => Self::parse_any(text),
        }
    }

    fn parse_usual(text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix(r#"{"action":""#)?;
        if let Some(data) = rest.strip_prefix(r#"broadcast","data":"#) {
            return Some(Self::Broadcast { data: Json::plain_string(data.strip_suffix('}')?)? });
        }
        let rest = rest.strip_prefix(r#"message","target":""#)?;
        let (target, rest) = rest.split_at(memchr(b'"', rest.as_bytes())?);
        if !is_plain_ascii(target) {
            return None;
        }
        let data = Json::plain_string(rest.strip_prefix(r#"","data":"#)?.strip_suffix('}')?)?;
        Some(Self::Message { target: Cow::Borrowed(target), data })
    }

    fn parse_any(text: &'a str) -> Result<Self, Refusal<'a>> {
        if !text.trim_start().starts_with('{') {
            return Err(Refusal::bad_frame("a frame must be a JSON object"));
        }
        let members: Members<'a> = serde_json::from_str(text)
            .map_err(|error| Refusal::bad_frame(format!("not a frame in JSON: {error}")))?;
        let target = members.target.and_then(string_in);
        Self::from_members(&members, target.clone()).map_err(|refusal| Refusal { target, ..refusal })
    }

    fn from_members(members: &Members<'a>, target: Option<Cow<'a, str>>) -> Result<Self, Refusal<'a>> {
        let action = members.action.and_then(string_in);
        let action = action.ok_or_else(|| Refusal::bad_frame("`action` must be a string"))?;
        match &*action {
            "broadcast" => Ok(Self::Broadcast { data: members.data()? }),
            "message" => {
                let target = target.ok_or_else(|| Refusal::bad_frame("`target` must be a string"))?;
                Ok(Self::Message { target, data: members.data()? })
            }
            "stream" => {
                let target = target.ok_or_else(|| Refusal::bad_frame("`target` must be a string"))?;
                let data = members.data()?;
                let stream = stream_of(data).ok_or_else(|| {
                    Refusal::bad_frame("`data` must be an object with `stream`, an integer below 2^32")
                })?;
                Ok(Self::Stream { target, stream, data })
            }
            "status" => {
                let knows_streams = members.streams.is_some_and(|streams| streams.get() == "1");
                Ok(Self::Status { knows_streams })
            }
            _ => Err(Refusal::new(
                ErrorCode::UnknownAction,
                "`action` must be one of broadcast, message, stream, status",
            )),
        }
    }
}

/// The members of a frame that have a meaning, as they stand in it.
#[derive(Default)]
struct Members<'a> {
    action: Option<&'a RawValue>,
    target: Option<&'a RawValue>,
    data: Option<&'a RawValue>,
    streams: Option<&'a RawValue>,
}

impl<'a> Members<'a> {
    fn data(&self) -> Result<Json<'a>, Refusal<'a>> {
        let data = self.data.ok_or_else(|| Refusal::bad_frame("`data` is missing"))?;
        Json::from_valid(data.get())
            .ok_or_else(|| Refusal::bad_frame(format!("`data` is nested deeper than {DATA_DEPTH_MAX}")))
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Members::default();
        let mut unknown = std::collections::BTreeSet::new();
        while let Some(name) = map.next_key::<&'de RawValue>()? {
            let name = string_in(name).unwrap_or_default();
            let value = map.next_value::<&'de RawValue>()?;
            let first = match &*name {
                "action" => members.action.replace(value).is_none(),
                "target" => members.target.replace(value).is_none(),
                "data" => members.data.replace(value).is_none(),
                "streams" => members.streams.replace(value).is_none(),
                _ => unknown.insert(name),
            };
            if !first {
                return Err(A::Error::custom("a member stands twice"));
            }
        }
        Ok(members)
    }
}

/// The number of the stream that `data` is about. It usually stands first, and only once. Of several
/// the last one counts, as for JSON parsers. Data that is too long is not looked into: it is refused.
fn stream_of(data: Json<'_>) -> Option<u32> {
    let text = data.as_str();
    let rest = text.strip_prefix(r#"{"stream":"#);
    let first = rest.and_then(|rest| rest.split([',', '}']).next()?.parse().ok());
    let may_recur = |rest: &str| {
        [&b"stream\""[..], b"\\u"].iter().any(|part| memmem::find(rest.as_bytes(), part).is_some())
    };
    if text.len() > STREAM_DATA_MAX || (first.is_some() && !rest.is_some_and(may_recur)) {
        return first;
    }
    let members: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(text).ok()?;
    members.get("stream")?.get().parse().ok()
}

/// Whether a text is printable ASCII without escapes. There is no early exit, so that the compiler
/// makes vector code of it.
pub(super) fn is_plain_ascii(text: &str) -> bool {
    text.bytes().fold(true, |plain, byte| plain & byte.is_ascii_graphic() & (byte != b'\\'))
}

fn string_in(value: &RawValue) -> Option<Cow<'_, str>> {
    Json::from_valid(value.get())?.string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `JSON.stringify` writes them for the browser class.
    #[test]
    fn usual_frames_need_no_parser() {
        for text in
            [r#"{"action":"broadcast","data":"hi ä"}"#, r#"{"action":"message","target":"bob","data":""}"#]
        {
            assert_eq!(Request::parse_usual(text).map(Ok), Some(Request::parse_any(text)));
        }
    }

    #[test]
    fn unusual_frames_do() {
        for text in [
            r#"{"action":"broadcast","data":"a\nb"}"#,
            r#"{"action":"broadcast","data":1}"#,
            r#"{"action":"broadcast","data":"a","data":"b"}"#,
            r#"{"action":"message","target":"b\u006fb","data":""}"#,
            r#"{"action":"message","target":"bob","data":"a"}}"#,
        ] {
            assert_eq!(Request::parse_usual(text), None, "{text}");
        }
    }
}
