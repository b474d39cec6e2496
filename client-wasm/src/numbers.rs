//! Compares the numbers of the facade (polyfill/src) with those of the core.

use crate::action::Action;
use crate::close;
use crate::failure::{Failure, fact};
use crate::session::Fate;
use crate::state::ReadyState;

const NUMBERS: &str = include_str!("../../polyfill/src/numbers.ts");
const FAILURES: &str = include_str!("../../polyfill/src/failures.ts");
const FACTS: &str = include_str!("../../polyfill/src/facts.ts");

/// The members of an enumeration of the facade.
fn members(name: &str) -> Vec<(&'static str, u32)> {
    let (_, rest) = NUMBERS.split_once(&format!("enum {name} {{")).unwrap();
    let (body, _) = rest.split_once('}').unwrap();
    body.lines().filter_map(|line| line.trim().trim_end_matches(',').split_once(" = ")).map(number).collect()
}

fn number((name, number): (&'static str, &str)) -> (&'static str, u32) {
    (name, number.parse().unwrap())
}

fn constant(text: &str, name: &str) -> u32 {
    let (_, rest) = text.split_once(&format!("const {name} = ")).unwrap();
    rest.split_once(';').unwrap().0.parse().unwrap()
}

#[test]
fn actions() {
    let ours = [
        Action::Broadcast,
        Action::Message,
        Action::Connect,
        Action::Disconnect,
        Action::Status,
        Action::Error,
        Action::Unreadable,
        Action::Welcome,
        Action::Stream,
    ];
    let ours = ours.map(|action| (format!("{action:?}"), action as u32));
    let theirs = members("Action");
    assert_eq!(theirs[0], ("Later", 0));
    assert_eq!(
        theirs[1..].iter().map(|(name, number)| ((*name).to_owned(), *number)).collect::<Vec<_>>(),
        ours
    );
    for (_, number) in ours {
        assert_eq!(Action::of(number as u8).map(|action| action as u32), Some(number));
    }
}

#[test]
fn states() {
    let ours = [ReadyState::Connecting, ReadyState::Open, ReadyState::Closing, ReadyState::Closed];
    for ((name, number), state) in members("State").into_iter().zip(ours) {
        assert_eq!((name.to_owned(), number), (format!("{state:?}"), u32::from(state.number())));
    }
    assert_eq!(members("State")[4], ("None", 4));
    assert_eq!(ReadyState::of_known(4), None);
}

#[test]
fn fates() {
    let ours = [("Sent", Fate::Sent), ("Queued", Fate::Queued), ("Discarded", Fate::Discarded)];
    assert_eq!(members("Fate"), ours.map(|(name, fate)| (name, fate as u32)));
}

#[test]
fn what_becomes_of_parts() {
    use nws_client_core::streams::Received;
    let ours = [Received::Ignored, Received::Part, Received::Whole, Received::Violation, Received::TooBig];
    let ours = ours.map(|received| (format!("{received:?}"), received as u32));
    let theirs = members("Received").into_iter().map(|(name, number)| (name.to_owned(), number));
    assert_eq!(theirs.collect::<Vec<_>>(), ours);
}

#[test]
fn facts() {
    let ours = [
        ("Barred", fact::BARRED),
        ("Ungranted", fact::UNGRANTED),
        ("Insecure", fact::INSECURE),
        ("Embedded", fact::EMBEDDED),
        ("Present", fact::PRESENT),
        ("Refused", fact::REFUSED),
        ("Foreign", fact::FOREIGN),
        ("Detoured", fact::DETOURED),
    ];
    assert_eq!(members("Fact"), ours);
}

#[test]
fn codes_and_protocol() {
    assert_eq!(constant(NUMBERS, "ABNORMAL"), u32::from(close::ABNORMAL));
    assert_eq!(constant(FACTS, "PROTOCOL"), nws_protocol::VERSION);
}

#[test]
fn failures_have_words_in_the_same_order() {
    let words: Vec<_> =
        FAILURES.lines().filter_map(|line| line.strip_prefix("  [\"")?.split_once('"')).collect();
    let reason = |failure: Failure| words[failure as usize].0;
    assert_eq!(words.len(), Failure::PermissionDenied as usize + 2);
    for (failure, expected) in [
        (Failure::BadFrame, "bad-frame"),
        (Failure::Abandoned, "unknown"),
        (Failure::Broken, "unknown"),
        (Failure::NoEndpoint, "unknown"),
        (Failure::Unreached, "unknown"),
        (Failure::Limit, "limit"),
        (Failure::TooBig, "message-too-big"),
        (Failure::Rejected, "rejected"),
        (Failure::ProxyNotRunning, "proxy-not-running"),
        (Failure::Detoured, "proxy-not-running"),
        (Failure::Blocked, "blocked"),
        (Failure::BlockedFrame, "blocked"),
        (Failure::VersionMismatch, "version-mismatch"),
        (Failure::OriginNotAllowed, "origin-not-allowed"),
        (Failure::InsecureContext, "insecure-context"),
        (Failure::PermissionDenied, "permission-denied"),
    ] {
        assert_eq!(reason(failure), expected, "{failure:?}");
    }
}
