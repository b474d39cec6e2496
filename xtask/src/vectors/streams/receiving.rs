//! What comes on a stream, and the credit for it.

use nws_client_core::streams::{PART_COST, PART_MAX, WINDOW_FIRST};
use serde_json::{Value, json};

use super::super::script::{Case, repeated};
use super::{HERS, accepted, alice, asked, broken_off, client, heard, other};

pub(super) fn cases() -> Vec<Case> {
    whole().into_iter().chain(parts()).chain(windows()).chain(violations()).collect()
}

fn take(name: &str) -> Case {
    accepted(&format!("receive: {name}"), 65536, false)
}

fn text(case: Case, text: &str, more: Value) -> Case {
    alice(case, &json!({ "stream": HERS, "event": "data", "text": text, "more": more }))
}

/// A text that stands short in the file.
fn long_text(case: Case, times: u32, more: bool) -> Case {
    let head = r#"{"action":"stream","source":"alice","target":"me","data":{"stream":7,"event":"data","#;
    let tail = if more { r#"","more":true}}"# } else { "\"}}" };
    case.proxy(json!([format!("{head}\"text\":\""), repeated("a", times as usize), tail]))
}

fn bytes(case: Case, more: bool, payload: impl Into<Value>) -> Case {
    let head = format!("0305616c69636500000007{}", if more { "01" } else { "00" });
    case.bytes(json!([head, payload.into()]))
}

fn heard_bytes(hex: impl Into<Value>) -> Value {
    json!({ "event": "heard", "stream": "in1", "hex": hex.into() })
}

fn gives(case: Case, credit: u32) -> Case {
    client(case, &json!({ "stream": other(HERS), "event": "credit", "credit": credit }))
}

fn whole() -> Vec<Case> {
    let texts = ["hello", "", "é 😀", "q\"\\\n\u{1}"];
    let case = |said: &str| text(take(&format!("{said:?}")), said, Value::Null).sees(heard("in1", said));
    let halves = r#"{"action":"stream","source":"alice","target":"me","data":{"stream":7,"event":"data","text":"a\ud83db"}}"#;
    let mut cases: Vec<_> = texts.map(case).into();
    cases.extend([
        take("half a pair of surrogates").proxy(halves).sees(heard("in1", "a\u{fffd}b")),
        bytes(take("bytes"), false, "00ff").sees(heard_bytes("00ff")),
        bytes(take("no bytes"), false, "").sees(heard_bytes("")),
        take("flags of later versions").bytes("0305616c69636500000007fe00").sees(heard_bytes("00")),
        text(take("more is false"), "x", json!(false)).sees(heard("in1", "x")),
        text(take("more is no truth value"), "x", json!(1)).sees(heard("in1", "x")),
        alice(take("a later event"), &json!({ "stream": HERS, "event": "later", "text": "x" })),
        alice(take("no event"), &json!({ "stream": HERS, "text": "x" })),
        alice(take("pending after all"), &json!({ "stream": HERS, "event": "pending" })),
        alice(take("a second accept"), &json!({ "stream": HERS, "event": "accept", "credit": 1 })),
    ]);
    cases
}

fn parts() -> Vec<Case> {
    let more = || json!(true);
    let three = text(text(take("a text in parts"), "é", more()), "b", more());
    let mixed = bytes(text(take("bytes amid a text"), "a", more()), false, "00");
    let other_way = text(bytes(take("a text amid bytes"), true, "00"), "a", Value::Null);
    vec![
        text(three, "c", Value::Null).sees(heard("in1", "ébc")),
        text(text(take("an empty last part"), "a", more()), "", Value::Null).sees(heard("in1", "a")),
        bytes(bytes(take("bytes in parts"), true, "01"), false, "02").sees(heard_bytes("0102")),
        broken_off(mixed, other(HERS), "in1", 1008),
        broken_off(other_way, other(HERS), "in1", 1008),
        broken_off(text(take("an empty part before the last"), "", more()), other(HERS), "in1", 1008),
        broken_off(bytes(take("no bytes before the last part"), true, ""), other(HERS), "in1", 1008),
    ]
}

fn windows() -> Vec<Case> {
    let half = WINDOW_FIRST / 2 - PART_COST;
    let full = WINDOW_FIRST - PART_COST;
    let read = || json!({ "do": "read", "stream": "in1" });
    let held = accepted("window: credit comes when half of it was taken", 65536, true);
    let held = long_text(long_text(held, half, false), half, false).does(read());
    let held = held.sees(heard("in1", repeated("a", half as usize)));
    let unfinished = accepted("window: an unfinished message counts as taken", 65536, true);
    let unfinished = gives(long_text(unfinished, full, true), 2 * WINDOW_FIRST);
    let unfinished = long_text(unfinished, 10, false).does(read());
    vec![
        gives(
            long_text(take("all of the window"), full, false)
                .sees(heard("in1", repeated("a", full as usize))),
            2 * WINDOW_FIRST,
        ),
        gives(held, WINDOW_FIRST / 2 + WINDOW_FIRST)
            .does(read())
            .sees(heard("in1", repeated("a", half as usize))),
        unfinished.sees(heard("in1", repeated("a", full as usize + 10))),
        long_text(take("less than half of the window"), half - 1, false)
            .sees(heard("in1", repeated("a", half as usize - 1))),
        broken_off(long_text(take("more than the window"), full + 1, false), other(HERS), "in1", 1008),
    ]
}

fn violations() -> Vec<Case> {
    let case = |name: &str, data: Value| broken_off(alice(take(name), &data), other(HERS), "in1", 1008);
    let early = text(asked("receive: before the program has decided", 65536), "x", Value::Null);
    let close = json!({ "stream": other(HERS), "event": "close", "code": 1008 });
    let long = long_text(take("a part that is too long"), PART_MAX + 1, false);
    vec![
        case("no text", json!({ "stream": HERS, "event": "data" })),
        case("a number for a text", json!({ "stream": HERS, "event": "data", "text": 7 })),
        case("bytes as JSON", json!({ "stream": HERS, "event": "data", "bytes": "00ff" })),
        client(early, &close),
        broken_off(long, other(HERS), "in1", 1008),
    ]
}
