//! Histories that a fuzzer has found, again: see `proxy/fuzz`.

mod bytes;
mod channels;
mod client;
mod corpus;
mod mesh;
mod mux;
mod other;
mod steps;
mod verdict;

use std::time::Instant;

use corpus::replay;
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, proptest};

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

#[test]
fn streams_lose_nothing_in_any_history_that_was_found() {
    replay("mux", |input| mux::run(input, now()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn streams_lose_nothing_in_any_history(input in vec(any::<u8>(), 0..600)) {
        mux::run(&input, now());
    }
}
