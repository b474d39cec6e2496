//! Dials of the program.

use nws_client_core::streams::WINDOW_FIRST;
use nws_protocol::structured::{ErrorCode, Notice};
use serde_json::{Value, json};

use super::super::script::{Case, peer};
use super::{alice, broken_off, client, dialled, ended, heard, other};

pub(super) fn cases() -> Vec<Case> {
    answered().into_iter().chain(refused()).chain(failed()).chain(violated()).chain(late()).collect()
}

fn answer(data: Value) -> Value {
    let mut answer = json!({ "stream": other(1), "event": "accept", "credit": 65536 });
    if let (Some(answer), Some(data)) = (answer.as_object_mut(), data.as_object()) {
        answer.extend(data.clone());
    }
    answer
}

fn answered() -> Vec<Case> {
    let opened = |protocol: &str| json!({ "event": "opened", "stream": "s", "protocol": protocol });
    let case = |name: &str, answer, protocol: &str| alice(dialled(name), &answer).sees(opened(protocol));
    let pending = json!({ "stream": other(1), "event": "pending" });
    let plain =
        Case::new("dial: without subprotocols").does(json!({ "do": "dial", "peer": "alice", "as": "s" }));
    let dial = json!({ "stream": 1, "event": "dial", "protocols": [], "credit": WINDOW_FIRST });
    let plain = alice(client(plain, &dial), &answer(json!({ "protocol": "" }))).sees(opened(""));
    let text = json!({ "stream": other(1), "event": "data", "text": "yes" });
    vec![
        case("dial: accepted", answer(json!({ "protocol": "b" })), "b"),
        case("dial: accepted without a subprotocol", answer(json!({ "protocol": "" })), ""),
        case("dial: accepted, and nothing said of subprotocols", answer(json!({})), ""),
        case("dial: accepted with later members", answer(json!({ "protocol": "a", "later": [1] })), "a"),
        case("dial: accepted with a whole number as 65536.0", answer(json!({ "credit": 65536.0 })), ""),
        plain,
        alice(alice(dialled("dial: accepted after a while"), &pending), &answer(json!({}))).sees(opened("")),
        alice(alice(dialled("dial: something comes at once"), &answer(json!({}))), &text)
            .sees(opened(""))
            .sees(heard("s", "yes")),
    ]
}

fn refused() -> Vec<Case> {
    let case = |name: &str, said: Value, error: &str, code: u16, reason: &str| {
        let mut data = json!({ "stream": other(1), "event": "close" });
        if let (Some(data), Some(said)) = (data.as_object_mut(), said.as_object()) {
            data.extend(said.clone());
        }
        let mut told = ended("s", code, reason);
        told["error"] = error.into();
        alice(dialled(&format!("dial: {name}")), &data).sees(told)
    };
    vec![
        case("refused", json!({ "error": "refused" }), "refused", 1006, ""),
        case(
            "refused with a code and a reason",
            json!({ "error": "refused", "code": 4001, "reason": "no: é" }),
            "refused",
            4001,
            "no: é",
        ),
        case("refused, and nothing said", json!({}), "refused", 1006, ""),
        case("refused for a later reason", json!({ "error": "later" }), "refused", 1006, ""),
        case("the peer has too many", json!({ "error": "limit" }), "limit", 1006, ""),
        case(
            "the peer is of another version",
            json!({ "error": "version-mismatch" }),
            "version-mismatch",
            1006,
            "",
        ),
    ]
}

fn failed() -> Vec<Case> {
    let case = |code: ErrorCode, word: &str| {
        let error = Notice::Error { code, reason: "why", target: Some("alice"), stream: Some(1) };
        let told = json!({ "event": "ended", "stream": "s", "error": word });
        dialled(&format!("dial: the proxy says {}", code.as_str())).notice(error).sees(told)
    };
    let (me, her) = (peer("me"), peer("alice"));
    let gone = json!({ "event": "ended", "stream": "s", "error": "peer-gone" });
    vec![
        case(ErrorCode::NotSupported, "not-supported"),
        case(ErrorCode::UnknownTarget, "peer-gone"),
        case(ErrorCode::NotAdmitted, "limit"),
        dialled("dial: the peer leaves")
            .notice(Notice::Disconnect { you: &me, peer: &her, reason: None })
            .sees(gone.clone())
            .sees(json!({ "event": "disconnect", "peer": "alice" })),
        Case::new("dial: nobody has this id")
            .does(json!({ "do": "dial", "peer": "zoe", "as": "s" }))
            .sees(gone),
    ]
}

fn violated() -> Vec<Case> {
    let case = |name: &str, said: Value| {
        let name = format!("dial: accepted with {name}");
        broken_off(alice(dialled(&name), &answer(said)), 1, "s", 1008)
    };
    vec![
        case("a subprotocol that was not offered", json!({ "protocol": "c" })),
        case("a number for a subprotocol", json!({ "protocol": 7 })),
        case("null for a subprotocol", json!({ "protocol": null })),
        case("no credit", json!({ "credit": null })),
        case("a credit of 0", json!({ "credit": 0 })),
        case("half a byte of credit", json!({ "credit": 1.5 })),
        case("a text for credit", json!({ "credit": "65536" })),
        case("true for credit", json!({ "credit": true })),
        case("too much credit", json!({ "credit": 2_147_483_649_u32 })),
    ]
}

/// Who accepts what is not there is told so.
fn late() -> Vec<Case> {
    let close = json!({ "stream": 5, "event": "close", "code": null });
    let accept = json!({ "stream": other(5), "event": "accept", "protocol": "", "credit": 65536 });
    vec![client(alice(Case::new("dial: accepted, and there was none"), &accept), &close)]
}
