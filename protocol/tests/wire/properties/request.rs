//! What must hold for any text of a structured frame.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use nws_protocol::structured::{ErrorCode, Notice, Request};
use nws_protocol::{Json, PeerId, raw};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

/// Panics unless reading, relaying and refusing `text` go by the rules.
pub(crate) fn check(text: &str) {
    let request = Request::parse(text);
    assert_same_with_spaces(text, &request);
    match serde_json::from_str::<Members>(text) {
        Ok(members) => assert_eq!(summary(&request), members.expected(), "{text}"),
        Err(_) if !is_json(text) || serde_json::from_str::<Value>(text).is_ok() => {
            assert_eq!(summary(&request), Err(ErrorCode::BadFrame), "{text}");
        }
        // JSON, but serde_json cannot hold it: nested too deep, half a surrogate pair, 1e999.
        Err(_) => {}
    }
    match request {
        Ok(Request::Broadcast { data } | Request::Message { data, .. } | Request::Stream { data, .. }) => {
            check_data(text, data)
        }
        Ok(Request::Status { .. }) => {}
        Err(refusal) => assert!(refusal.reason.len() < 200, "{}", refusal.reason),
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

type Reading<'a> = Result<Request<'a>, nws_protocol::structured::Refusal<'a>>;

/// With a space in front a frame is not one of the usual ones and takes the way through the parser.
fn assert_same_with_spaces(text: &str, request: &Reading<'_>) {
    let spaced = format!(" {text} ");
    match (request, Request::parse(&spaced)) {
        (Ok(request), Ok(other)) => assert_eq!(*request, other),
        (Err(refusal), Err(other)) => {
            let [refusal, other] =
                [refusal, &other].map(|refusal| (refusal.code, &refusal.target, refusal.stream));
            assert_eq!(refusal, other);
        }
        (request, other) => panic!("{request:?} is not {other:?}"),
    }
}

/// `data` is a part of the frame, is JSON, and is relayed byte for byte.
fn check_data(text: &str, data: Json<'_>) {
    assert!(text.as_bytes().as_ptr_range().contains(&data.as_str().as_ptr()));
    assert_eq!(Json::new(data.as_str()), Some(data));
    let source = PeerId::chosen("a").expect("an id");
    let mut frame = Vec::new();
    Notice::Broadcast { source: &source, data }.write_frame(&mut frame);
    let end = [data.as_str().as_bytes(), b"}"].concat();
    assert!(frame.ends_with(&end));
    let raw = raw::text_of(data);
    match serde_json::from_str::<Value>(data.as_str()) {
        Ok(Value::String(string)) => assert_eq!(raw, string),
        Ok(_) => assert_eq!(raw, data.as_str()),
        Err(_) => {}
    }
}

#[derive(Debug, PartialEq)]
enum Summary<'a> {
    Broadcast(Value),
    Message(Cow<'a, str>, Value),
    Stream(Cow<'a, str>, u32, Value),
    Status { knows_streams: bool },
}

fn summary<'a>(request: &'a Reading<'_>) -> Result<Summary<'a>, ErrorCode> {
    let value = |data: &Json<'_>| serde_json::from_str(data.as_str()).unwrap_or_default();
    match request {
        Ok(Request::Broadcast { data }) => Ok(Summary::Broadcast(value(data))),
        Ok(Request::Message { target, data }) => {
            Ok(Summary::Message(Cow::Borrowed(target.as_ref()), value(data)))
        }
        Ok(Request::Stream { target, stream, data }) => {
            Ok(Summary::Stream(Cow::Borrowed(target.as_ref()), *stream, value(data)))
        }
        Ok(Request::Status { knows_streams }) => Ok(Summary::Status { knows_streams: *knows_streams }),
        Err(refusal) => Err(refusal.code),
    }
}

/// An object as a list, so that duplicates show.
struct Members(Vec<(String, Value)>);

impl Members {
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|member| member.0 == name).map(|member| &member.1)
    }

    /// The rules of structured frames, said once more.
    fn expected(&self) -> Result<Summary<'_>, ErrorCode> {
        let names: HashSet<&str> = self.0.iter().map(|member| member.0.as_str()).collect();
        if names.len() < self.0.len() {
            return Err(ErrorCode::BadFrame);
        }
        let data = self.get("data").cloned().ok_or(ErrorCode::BadFrame);
        let target = self.get("target").and_then(Value::as_str).ok_or(ErrorCode::BadFrame);
        match self.get("action").and_then(Value::as_str) {
            Some("broadcast") => Ok(Summary::Broadcast(data?)),
            Some("message") => Ok(Summary::Message(target?.into(), data?)),
            Some("stream") => {
                let (target, data) = (target?, data?);
                let stream = data.get("stream").and_then(Value::as_u64);
                let stream = stream.and_then(|stream| u32::try_from(stream).ok());
                Ok(Summary::Stream(target.into(), stream.ok_or(ErrorCode::BadFrame)?, data))
            }
            Some("status") => {
                Ok(Summary::Status { knows_streams: self.get("streams") == Some(&Value::from(1)) })
            }
            Some(_) => Err(ErrorCode::UnknownAction),
            None => Err(ErrorCode::BadFrame),
        }
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(List)
    }
}
