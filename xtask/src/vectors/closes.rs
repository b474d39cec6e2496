//! Ends of connections: what the program is told, and whether the client connects again.

use nws_client_core::{Failure, NO_STATUS};
use nws_protocol::CloseCode;
use serde_json::{Value, json};

use super::script::{Case, all_gone, file as written, joins, postlude, prelude};

const ABOUT: &str = "Ends of connections, with and without connecting again. docs/conformance.md says how a file like \
                     this is read.";

/// Codes of proxies, of servers between, and of nobody yet.
const CODES: [u16; 17] = [
    CloseCode::Normal.number(),
    CloseCode::GoingAway.number(),
    CloseCode::Protocol.number(),
    CloseCode::Unsupported.number(),
    NO_STATUS,
    CloseCode::InvalidPayload.number(),
    CloseCode::Policy.number(),
    CloseCode::TooBig.number(),
    1010,
    CloseCode::Internal.number(),
    1012,
    CloseCode::TryAgainLater.number(),
    3000,
    4000,
    CloseCode::TooManyNames.number(),
    CloseCode::LimitReached.number(),
    4999,
];

/// The longest pause of these clients, in milliseconds.
const SHORT: u32 = 100;

pub(super) fn file() -> String {
    let lost = CODES.map(without_return).into_iter().chain(CODES.map(with_return));
    let cases: Vec<_> = lost.chain(broken()).chain(refused()).chain(own()).collect();
    written(ABOUT, &prelude(), &postlude(), &cases)
}

fn reason_of(code: u16) -> &'static str {
    if code == NO_STATUS { "" } else { "why: é" }
}

/// The word for an end that is a fault of this client, or that may pass.
fn word(code: u16) -> Option<&'static str> {
    let failure = Failure::of_code(code)?;
    Some(if failure == Failure::TooBig { "too-big" } else { failure.reason() })
}

fn closed(code: u16, reason: &str) -> Value {
    let mut event = json!({ "event": "closed", "code": code, "reason": reason });
    // A lack of room is told where a client has never been let in.
    if Failure::of_code(code).is_some_and(|failure| !failure.may_pass()) {
        event["error"] = word(code).into();
    }
    event
}

fn without_return(code: u16) -> Case {
    let reason = reason_of(code);
    let case = Case::new(format!("{code}, and the client does not connect again")).ends();
    case.proxy_closes(code, reason).then(all_gone()).sees(closed(code, reason))
}

fn with_return(code: u16) -> Case {
    let reason = reason_of(code);
    let case = Case::new(format!("{code}, and the client connects again if that helps")).reconnects(SHORT);
    if Failure::of_code(code).is_some_and(|failure| !failure.may_pass()) {
        return case.ends().proxy_closes(code, reason).then(all_gone()).sees(closed(code, reason));
    }
    case.proxy_closes(code, reason).then(returns(code, reason))
}

fn returns(code: u16, reason: &str) -> Case {
    let gap = json!({ "event": "reconnecting", "attempt": 1, "code": code, "reason": reason });
    all_gone().sees(gap).connects().then(joins("me2"))
}

fn broken() -> Vec<Case> {
    let lost = json!({ "event": "closed", "code": 1006 });
    vec![
        Case::new("the connection breaks").ends().breaks().then(all_gone()).sees(lost),
        Case::new("the connection breaks, and the client connects again")
            .reconnects(SHORT)
            .breaks()
            .then(returns(1006, "")),
    ]
}

/// The proxy has no room: it closes before it has said anything.
fn refused() -> Vec<Case> {
    let codes = [CloseCode::TooManyNames, CloseCode::LimitReached].map(CloseCode::number);
    let case = |code: u16| {
        let closed = json!({ "event": "closed", "error": word(code) });
        Case::new(format!("{code} before the first frame"))
            .bare()
            .ends()
            .proxy_closes(code, "full")
            .sees(closed)
    };
    codes.map(case).into()
}

/// The program leaves.
fn own() -> Vec<Case> {
    let leaves = |name: &str, command: Value, code: u16, reason: &str| {
        let closed = json!({ "event": "closed", "code": code, "reason": reason });
        Case::new(name).ends().does(command).client_closes(code, reason).until(closed)
    };
    vec![
        leaves("the program closes", json!({ "do": "close" }), 1000, ""),
        leaves(
            "the program closes with a code and a reason",
            json!({ "do": "close", "code": 4001, "reason": "bye: é" }),
            4001,
            "bye: é",
        ),
        Case::new("the program says something and closes")
            .ends()
            .does(json!({ "do": "send", "text": "bye" }))
            .does(json!({ "do": "close" }))
            .client(json!({ "action": "broadcast", "data": "bye" }))
            .client_closes(1000, "")
            .until(json!({ "event": "closed" })),
        Case::new("the program closes in a gap")
            .reconnects(60_000)
            .ends()
            .breaks()
            .then(all_gone())
            .sees(json!({ "event": "reconnecting", "attempt": 1 }))
            .does(json!({ "do": "close" }))
            .until(json!({ "event": "closed" })),
    ]
}
