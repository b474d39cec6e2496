//! Sessions against each other, against whoever pretends to be one, and against any order of events.

#![expect(clippy::unwrap_used, reason = "all of this is a test")]

mod allowance;
mod attacks;
#[path = "../../../core/tests/fuzz/bytes.rs"]
mod bytes;
#[path = "../../../core/tests/fuzz/corpus.rs"]
mod corpus;
mod golden;
mod histories;
mod joins;
mod lengths;
mod limits;
mod pair;
mod races;
mod refusals;
mod side;
mod stranger;
mod tampering;

use proptest::test_runner::Config;

/// A thousand cases of each property, or as many as `PROPTEST_CASES` says.
fn cases() -> Config {
    let cases = std::env::var("PROPTEST_CASES").ok().map(|cases| cases.parse().expect("a number"));
    Config::with_cases(cases.unwrap_or(1_000))
}

/// See `proxy/fuzz`.
#[test]
fn sessions_match_nothing_wrong_in_any_history_that_was_found() {
    corpus::replay("session", histories::run);
}
