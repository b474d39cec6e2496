//! Histories that a fuzzer has found, again: see `proxy/fuzz`.

mod bytes;
mod channels;
mod client;
mod corpus;
mod mesh;
mod other;
mod steps;
mod verdict;

use std::time::Instant;

use corpus::replay;

#[expect(clippy::disallowed_methods, reason = "any time is as good as another")]
fn now() -> Instant {
    Instant::now()
}

#[test]
fn channels_do_nothing_wrong_in_any_history_that_was_found() {
    replay("channels", |input| channels::run(input, now()));
}

#[test]
fn links_do_nothing_wrong_in_any_history_that_was_found() {
    replay("mesh", |input| mesh::run(input, now()));
}
