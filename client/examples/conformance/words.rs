//! Words for errors and payloads, as all clients have them.

use networkwebsockets::{Data, Error};
use serde_json::{Value, json};

/// Close codes that say that something was too large.
const TOO_BIG: u16 = 1009;

/// The error in a word.
pub(crate) fn word(error: &Error) -> &'static str {
    match error {
        Error::InvalidName { .. } => "invalid-name",
        Error::ProxyNotRunning { .. } | Error::NotAProxy { .. } => "proxy-not-running",
        Error::VersionMismatch => "version-mismatch",
        Error::LimitReached | Error::StreamLimit => "limit",
        Error::Rejected { code: TOO_BIG, .. } | Error::TooBig { .. } => "too-big",
        Error::Rejected { .. } => "rejected",
        Error::SlowReader { .. } => "slow",
        Error::Lost { .. } => "lost",
        Error::Closed => "closed",
        Error::NotOpen => "not-open",
        Error::PeerGone => "peer-gone",
        Error::BadFrame => "bad-frame",
        Error::DialRefused { .. } => "refused",
        Error::DialTimeout { .. } => "timeout",
        Error::StreamsNotSupported => "not-supported",
        Error::StreamClosed { .. } => "stream-closed",
        Error::InvalidEndpoint { .. }
        | Error::InvalidProtocol { .. }
        | Error::InvalidClose
        | Error::NoRuntime
        | Error::Refused { .. }
        | Error::Unreached { .. }
        | Error::TooMuchQueued
        | Error::InvalidJson
        | Error::Fault { .. }
        | _ => "unknown",
    }
}

/// The members of an event that has a payload.
pub(crate) fn payload(mut event: Value, data: &Data) -> Value {
    match data.as_text() {
        Some(text) => event["text"] = text.into(),
        None => {
            let digits: String = data.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
            event["hex"] = digits.into();
        }
    }
    event
}

/// How a stream has ended.
pub(crate) fn ended(stream: &str, error: &Error) -> Value {
    let (code, reason) = if let Error::StreamClosed { code, reason } = error {
        (*code, reason.as_str())
    } else if let Error::DialRefused { code, reason } = error {
        (code.unwrap_or(1006), reason.as_str())
    } else {
        (1006, "")
    };
    json!({ "event": "ended", "stream": stream, "code": code, "reason": reason, "error": word(error) })
}

pub(crate) fn failed(what: &str, error: &Error) -> Value {
    json!({ "event": "failed", "do": what, "error": word(error) })
}
