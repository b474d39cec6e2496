//! Scans the request of a client.

use std::hint::black_box;

use nws_protocol::structured::Request;

use super::Call;

/// A broadcast as `JSON.stringify` writes it.
pub(super) fn broadcast<const DATA: usize>() -> Call {
    scan(text_of_broadcast(DATA))
}

/// A message as `JSON.stringify` writes it, to an id as the proxy generates ids.
pub(super) fn message<const DATA: usize>() -> Call {
    let data = "x".repeat(DATA);
    scan(format!(r#"{{"action":"message","target":"uws2ljnfuws2ljnfuws2ljnfuu","data":"{data}"}}"#))
}

/// A broadcast that needs the JSON parser: a line of data contains eight escapes.
pub(super) fn escapes<const DATA: usize>() -> Call {
    let data = r"xxxxxx\n".repeat(DATA / 8);
    scan(format!(r#"{{"action":"broadcast","data":"{data}"}}"#))
}

/// A broadcast of an object that pages often send. It needs the JSON parser too.
pub(super) fn object<const DATA: usize>() -> Call {
    let text = "x".repeat(DATA - r#"{"type":"move","x":123,"y":456,"name":""}"#.len());
    scan(format!(r#"{{"action":"broadcast","data":{{"type":"move","x":123,"y":456,"name":"{text}"}}}}"#))
}

/// The text of a broadcast of `data` characters.
pub(super) fn text_of_broadcast(data: usize) -> String {
    format!(r#"{{"action":"broadcast","data":"{}"}}"#, "x".repeat(data))
}

fn scan(text: String) -> Call {
    assert!(Request::parse(&text).is_ok(), "not a request: {text}");
    Box::new(move || drop(black_box(Request::parse(black_box(&text)))))
}
