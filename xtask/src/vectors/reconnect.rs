//! Losses one after the other, and the pauses between attempts.

use nws_client_core::Policy;
use serde_json::{Value, json};

use super::script::{Case, all_gone, file as written, greets, joins, postlude, prelude};

const ABOUT: &str = "Connections that are lost again and again, and the pauses before the next attempts, in \
                     milliseconds. docs/conformance.md says how a file like this is read.";

/// The longest pause that clients have by default.
const USUAL: u32 = 5000;

/// Longer than a connection has to last, so that its loss begins a new outage.
const LASTING: u32 = 5300;

pub(super) fn file() -> String {
    let cases = [growing(), limited(), lasting(), gap(), away(), no_pause()];
    written(ABOUT, &prelude(), &postlude(), &cases)
}

/// The attempt with this number, after a pause in these bounds.
fn attempt(number: u32, max_delay: u32) -> Value {
    let policy = Policy { max_delay: max_delay.into(), max_queued: None };
    let [from, to] = [0.0, 1.0].map(|chance| policy.delay(number, chance));
    json!({ "event": "reconnecting", "attempt": number, "delay": { "from": from, "to": to } })
}

/// The connection is lost, and the client is back, under this id.
fn loses(number: u32, max_delay: u32, id: &str) -> Case {
    let lost = Case::new("a loss").proxy_closes(1001, "").then(all_gone());
    lost.sees(attempt(number, max_delay)).connects().then(joins(id))
}

fn growing() -> Case {
    let case = Case::new("pauses double while no connection lasts").reconnects(USUAL);
    (1..=4).fold(case, |case, number| case.then(loses(number, USUAL, "again")))
}

fn limited() -> Case {
    let case = Case::new("pauses have a limit").reconnects(120);
    (1..=5).fold(case, |case, number| case.then(loses(number, 120, "again")))
}

fn no_pause() -> Case {
    let case = Case::new("a limit of 0 is no pause").reconnects(0);
    (1..=3).fold(case, |case, number| case.then(loses(number, 0, "again")))
}

fn lasting() -> Case {
    Case::new("a connection that lasts begins anew")
        .reconnects(USUAL)
        .then(loses(1, USUAL, "second"))
        .then(loses(2, USUAL, "third"))
        .passes(LASTING)
        .then(loses(1, USUAL, "fourth"))
}

fn gap() -> Case {
    Case::new("in a gap nothing is said, and the roster begins anew")
        .reconnects(USUAL)
        .breaks()
        .then(all_gone())
        .sees(attempt(1, USUAL))
        .does(json!({ "do": "send", "text": "lost" }))
        .sees(json!({ "event": "failed", "do": "send", "error": "not-open" }))
        .connects()
        .then(joins("another"))
        .does(json!({ "do": "send", "text": "heard", "to": "alice" }))
        .client(json!({ "action": "message", "target": "alice", "data": "heard" }))
}

fn away() -> Case {
    Case::new("the proxy is away for some attempts")
        .reconnects(200)
        .proxy_leaves()
        .then(all_gone())
        .sees(attempt(1, 200))
        .sees(attempt(2, 200))
        .sees(attempt(3, 200))
        .proxy_returns()
        .connects()
        .then(greets("again"))
        .until(json!({ "event": "sync" }))
}
