//! How streams end.

use nws_protocol::structured::{ErrorCode, Notice};
use serde_json::{Value, json};

use super::super::script::{Case, all_gone, joins, peer, repeated};
use super::{alice, client, ended, heard, open, other};

pub(super) fn cases() -> Vec<Case> {
    by_the_peer().into_iter().chain(by_the_program()).chain(lost()).collect()
}

/// What one side says at the end: on this side's number or on that of the other.
fn close(stream: u32, code: impl Into<Value>, reason: impl Into<Value>) -> Value {
    json!({ "stream": stream, "event": "close", "code": code.into(), "reason": reason.into() })
}

fn by_the_peer() -> Vec<Case> {
    let case = |name: &str, code: Value, reason: Value, shown: (u16, &str)| {
        let told = (shown.0 != 1005).then_some(shown.0);
        let answer = json!({ "stream": 1, "event": "close", "code": told });
        let case = alice(open(&format!("the peer closes: {name}"), 65536), &close(other(1), code, reason));
        client(case, &answer).sees(ended("s", shown.0, shown.1))
    };
    let bare = json!({ "stream": other(1), "event": "close" });
    let text = json!({ "stream": other(1), "event": "data", "text": "first" });
    let late = json!({ "stream": other(1), "event": "data", "text": "late" });
    let done = close(other(1), 1000, "done");
    vec![
        case("1000", json!(1000), json!("done"), (1000, "done")),
        case("1001", json!(1001), json!(""), (1001, "")),
        case("4999 and a long reason", json!(4999), json!("é".repeat(61)), (4999, &"é".repeat(61))),
        case("a code that is none", json!(999), json!("why"), (1005, "why")),
        case("1005", json!(1005), json!(""), (1005, "")),
        case("1006", json!(1006), json!(""), (1005, "")),
        case("5000", json!(5000), json!(""), (1005, "")),
        case("a text for a code", json!("1000"), json!(""), (1005, "")),
        case("a number for a reason", json!(4000), json!(7), (4000, "")),
        client(
            alice(open("the peer closes: no code", 65536), &bare),
            &json!({ "stream": 1, "event": "close", "code": null }),
        )
        .sees(ended("s", 1005, "")),
        client(
            alice(alice(open("the peer closes: what came before comes first", 65536), &text), &done),
            &close(1, 1000, "done"),
        )
        .sees(heard("s", "first"))
        .sees(ended("s", 1000, "done")),
        alice(
            client(
                alice(open("the peer closes: nothing comes afterwards", 65536), &done),
                &close(1, 1000, "done"),
            )
            .sees(ended("s", 1000, "done")),
            &late,
        ),
    ]
}

fn by_the_program() -> Vec<Case> {
    let end = || json!({ "do": "end", "stream": "s", "code": 4001, "reason": "bye: é" });
    let said = || close(1, 4001, "bye: é");
    let begun = |name: &str| client(open(&format!("the program closes: {name}"), 65536).does(end()), &said());
    let answered =
        |case: Case| alice(case, &close(other(1), 4001, "bye: é")).sees(ended("s", 4001, "bye: é"));
    let late = json!({ "stream": other(1), "event": "data", "text": "late" });
    let crossing = alice(begun("the peer closes too"), &close(other(1), 1000, "done"));
    let waiting = open("the program closes: what it has said goes first", 33)
        .does(json!({ "do": "say", "stream": "s", "text": repeated("a", 3) }));
    let part = |text: &str, more: Value| json!({ "stream": 1, "event": "data", "text": text, "more": more });
    let credit = json!({ "stream": other(1), "event": "credit", "credit": 34 });
    let waiting = alice(client(waiting, &part("a", json!(true))).does(end()), &credit);
    let waiting = client(client(waiting, &part("aa", Value::Null)), &said());
    vec![
        answered(begun("with a code and a reason")),
        answered(alice(begun("what comes afterwards is thrown away"), &late)),
        crossing.sees(json!({ "event": "ended", "stream": "s" })),
        answered(waiting),
    ]
}

fn lost() -> Vec<Case> {
    let (me, her) = (peer("me"), peer("alice"));
    let gone = || json!({ "event": "ended", "stream": "s", "code": 1006 });
    let error = Notice::Error {
        code: ErrorCode::UnknownTarget,
        reason: "why",
        target: Some("alice"),
        stream: Some(1),
    };
    vec![
        open("the peer leaves", 65536)
            .notice(Notice::Disconnect { you: &me, peer: &her, reason: None })
            .sees(gone())
            .sees(json!({ "event": "disconnect", "peer": "alice" })),
        open("the proxy cannot pass on a frame", 65536).notice(error).sees(gone()),
        open("the connection is lost", 65536)
            .reconnects(100)
            .breaks()
            .sees(gone())
            .then(all_gone())
            .sees(json!({ "event": "reconnecting" }))
            .connects()
            .then(joins("again")),
    ]
}
