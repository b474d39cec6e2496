//! Dials of peers.

use nws_client_core::streams::{DIALLED_BY_RECEIVER, DIALS_MAX, WINDOW_FIRST};
use serde_json::{Value, json};

use super::super::script::Case;
use super::{HERS, accepted, alice, asked, client, other, said};

pub(super) fn cases() -> Vec<Case> {
    let (both, crowd) = (both_sides(), crowd());
    decided().into_iter().chain(refused()).chain(numbers()).chain([both, crowd]).collect()
}

fn decided() -> Vec<Case> {
    let close = |said: Value| {
        let mut data = json!({ "stream": other(HERS), "event": "close", "error": "refused", "code": null });
        if let (Some(data), Some(said)) = (data.as_object_mut(), said.as_object()) {
            data.extend(said.clone());
        }
        data
    };
    let plain = json!({ "stream": other(HERS), "event": "accept", "protocol": "", "credit": WINDOW_FIRST });
    let busy = json!({ "code": 4002, "reason": "busy: é" });
    let back = json!({ "stream": HERS, "event": "close" });
    vec![
        accepted("accept", 65536, false),
        client(
            asked("accept: without a subprotocol", 65536).does(json!({ "do": "accept", "stream": "in1" })),
            &plain,
        ),
        client(asked("reject", 65536).does(json!({ "do": "reject", "stream": "in1" })), &close(json!({}))),
        client(
            asked("reject: with a code and a reason", 65536)
                .does(json!({ "do": "reject", "stream": "in1", "code": 4002, "reason": "busy: é" })),
            &close(busy),
        ),
        alice(asked("accept: the peer does not want it any more", 65536), &back)
            .proxy(r#"{"action":"broadcast","source":"bob","data":"first"}"#)
            .sees(json!({ "event": "message", "from": "bob", "text": "first" }))
            .does(json!({ "do": "accept", "stream": "in1" }))
            .sees(json!({ "event": "failed", "do": "accept" })),
    ]
}

/// Dials that the program does not hear of.
fn refused() -> Vec<Case> {
    let case = |name: &str, data: Value| refusal(&format!("a dial with {name}"), HERS, &data, "refused");
    let dial = |protocols: Value, credit: Value| json!({ "stream": HERS, "event": "dial", "protocols": protocols, "credit": credit });
    let none = json!([]);
    let data = dial(none.clone(), json!(65536));
    let answer = json!({ "stream": other(HERS), "event": "close", "error": "refused", "code": null });
    let stranger = said(Case::new("a dial of nobody"), "zoe", &data);
    vec![
        case("no subprotocols", json!({ "stream": HERS, "event": "dial", "credit": 65536 })),
        case("a text for subprotocols", dial(json!("a"), json!(65536))),
        case("a number among the subprotocols", dial(json!(["a", 7]), json!(65536))),
        case("a subprotocol that is no token", dial(json!(["a b"]), json!(65536))),
        case("an empty subprotocol", dial(json!([""]), json!(65536))),
        case("no credit", json!({ "stream": HERS, "event": "dial", "protocols": [] })),
        case("a credit of 0", dial(none.clone(), json!(0))),
        case("negative credit", dial(none.clone(), json!(-1))),
        case("a text for credit", dial(none, json!("65536"))),
        stranger.client(json!({ "action": "stream", "target": "zoe", "data": answer })),
    ]
}

fn refusal(name: &str, number: u32, data: &Value, error: &str) -> Case {
    let close = json!({ "stream": other(number), "event": "close", "error": error, "code": null });
    client(alice(Case::new(name), data), &close)
}

fn dial(number: u32) -> Value {
    json!({ "stream": number, "event": "dial", "protocols": [], "credit": 65536 })
}

/// The dial with this number, and that the program is asked.
fn comes(case: Case, number: u32, stream: &str) -> Case {
    let pending = json!({ "stream": other(number), "event": "pending" });
    let told = json!({ "event": "dial", "peer": "alice", "stream": stream });
    client(alice(case, &dial(number)), &pending).sees(told)
}

fn numbers() -> Vec<Case> {
    let last = DIALLED_BY_RECEIVER - 1;
    let again = comes(Case::new("a dial with a number that was used"), HERS, "in1");
    let close = json!({ "stream": other(HERS), "event": "close", "error": "refused" });
    let below = json!({ "stream": other(HERS - 1), "event": "close", "error": "refused" });
    vec![
        comes(Case::new("a dial with the number 0"), 0, "in1"),
        comes(Case::new("a dial with the last number"), last, "in1"),
        client(alice(again, &dial(HERS)), &close),
        client(alice(comes(Case::new("numbers only grow"), HERS, "in1"), &dial(HERS - 1)), &below),
        refusal("a dial with a number of the other side", other(HERS), &dial(other(HERS)), "refused"),
    ]
}

/// Both sides have dialled with the same number.
fn both_sides() -> Case {
    let dial = json!({ "stream": 1, "event": "dial", "protocols": [], "credit": WINDOW_FIRST });
    let mine = Case::new("both sides dial with the same number")
        .does(json!({ "do": "dial", "peer": "alice", "as": "s" }));
    let case = comes(client(mine, &dial), 1, "in1").does(json!({ "do": "accept", "stream": "in1" }));
    let accept =
        |stream: u32| json!({ "stream": stream, "event": "accept", "protocol": "", "credit": 65536 });
    let case = client(case, &accept(other(1))).sees(json!({ "event": "opened", "stream": "in1" }));
    let case = alice(case, &accept(other(1))).sees(json!({ "event": "opened", "stream": "s" }));
    let text = |stream: u32, text: &str| json!({ "stream": stream, "event": "data", "text": text });
    let case = alice(alice(case, &text(1, "hers")), &text(other(1), "mine"));
    case.sees(super::heard("in1", "hers")).sees(super::heard("s", "mine"))
}

fn crowd() -> Case {
    let dials = DIALS_MAX as u32;
    let case = (1..=dials).fold(Case::new("more dials than may wait"), |case, number| {
        comes(case, number, &format!("in{number}"))
    });
    let close = json!({ "stream": other(dials + 1), "event": "close", "error": "limit" });
    client(alice(case, &dial(dials + 1)), &close)
}
