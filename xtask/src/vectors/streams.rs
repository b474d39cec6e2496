//! Streams: how they begin, what is sent and taken, and how they end.

mod accepting;
mod dialling;
mod ending;
mod receiving;
mod sending;

use nws_client_core::streams::{DIALLED_BY_RECEIVER, WINDOW_FIRST};
use nws_protocol::structured::Notice;
use serde_json::{Value, json};

use super::script::{Case, file as written, json_of, peer, postlude, prelude};

const ABOUT: &str = "Streams between two peers. The client numbers its dials from 1 on, and gives credit as \
                     client-core does. docs/conformance.md says how a file like this is read.";

/// The number with which alice dials.
const HERS: u32 = 7;

pub(super) fn file() -> String {
    let cases =
        [dialling::cases(), accepting::cases(), sending::cases(), receiving::cases(), ending::cases()];
    let cases: Vec<_> = cases.into_iter().flatten().collect();
    written(ABOUT, &prelude(), &postlude(), &cases)
}

/// The number of a stream as the other side of it writes it.
const fn other(number: u32) -> u32 {
    number ^ DIALLED_BY_RECEIVER
}

/// What alice writes about a stream.
fn alice(case: Case, data: &Value) -> Case {
    said(case, "alice", data)
}

fn said(case: Case, source: &str, data: &Value) -> Case {
    let (me, source, data) = (peer("me"), peer(source), data.to_string());
    case.notice(Notice::Stream { source: &source, target: &me, data: json_of(&data) })
}

/// What the client writes to alice about a stream.
fn client(case: Case, data: &Value) -> Case {
    case.client(json!({ "action": "stream", "target": "alice", "data": data }))
}

/// The program has dialled alice: the stream is `s`, with the number 1.
fn dialled(name: &str) -> Case {
    let dial = json!({ "do": "dial", "peer": "alice", "protocols": ["a", "b"], "as": "s" });
    let case = Case::new(name).does(dial);
    let data = json!({ "stream": 1, "event": "dial", "protocols": ["a", "b"], "credit": WINDOW_FIRST });
    client(case, &data)
}

/// It is open, and so much may be sent.
fn open(name: &str, credit: u32) -> Case {
    let accept = json!({ "stream": other(1), "event": "accept", "protocol": "b", "credit": credit });
    alice(dialled(name), &accept).sees(json!({ "event": "opened", "stream": "s", "protocol": "b" }))
}

/// Alice has dialled, and the program knows: the stream is `in1`.
fn asked(name: &str, credit: u32) -> Case {
    let dial = json!({ "stream": HERS, "event": "dial", "protocols": ["a", "b"], "credit": credit });
    let pending = json!({ "stream": other(HERS), "event": "pending" });
    let told = json!({ "event": "dial", "peer": "alice", "protocols": ["a", "b"], "stream": "in1" });
    client(alice(Case::new(name), &dial), &pending).sees(told)
}

/// The program has accepted. With `hold` it takes messages one by one.
fn accepted(name: &str, credit: u32, hold: bool) -> Case {
    let accept = json!({ "do": "accept", "stream": "in1", "protocol": "a", "hold": hold });
    let data = json!({ "stream": other(HERS), "event": "accept", "protocol": "a", "credit": WINDOW_FIRST });
    client(asked(name, credit).does(accept), &data)
        .sees(json!({ "event": "opened", "stream": "in1", "protocol": "a" }))
}

/// The client has broken the stream off with this code, and the program knows.
fn broken_off(case: Case, number: u32, stream: &str, code: u16) -> Case {
    let close = json!({ "stream": number, "event": "close", "code": code });
    client(case, &close).sees(json!({ "event": "ended", "stream": stream }))
}

fn ended(stream: &str, code: u16, reason: &str) -> Value {
    json!({ "event": "ended", "stream": stream, "code": code, "reason": reason })
}

fn heard(stream: &str, text: impl Into<Value>) -> Value {
    json!({ "event": "heard", "stream": stream, "text": text.into() })
}
