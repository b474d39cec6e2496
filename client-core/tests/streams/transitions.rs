//! What each call does, and what it refuses.

use nws_client_core::Streams;
use nws_client_core::streams::{
    DIALLED_BY_RECEIVER, DIALS_MAX, Handle, MESSAGE_MAX, PART_COST, PARTS_MAX, Received, Refused,
    STREAMS_PER_PEER, State, WINDOW_FIRST, WINDOW_MAX, WINDOWS_MAX,
};

use crate::PEER;

/// Both ends of a stream that is open.
fn open() -> ([Streams; 2], [Handle; 2]) {
    let mut ends = [Streams::default(), Streams::default()];
    let handles = connect(&mut ends);
    (ends, handles)
}

fn connect([a, b]: &mut [Streams; 2]) -> [Handle; 2] {
    let dialling = a.dial(PEER).expect("room for a dial");
    let number = a.number(dialling).expect("a number");
    let dialled = b.dialled(PEER, number, a.first_credit(dialling).into()).expect("a good dial");
    assert_eq!(b.number(dialled), Some(number | DIALLED_BY_RECEIVER));
    assert!(b.accept(dialled));
    assert_eq!(a.find(PEER, number | DIALLED_BY_RECEIVER), Some(dialling));
    assert_eq!(b.find(PEER, number), Some(dialled));
    assert!(a.accepted(dialling, b.first_credit(dialled).into()));
    [dialling, dialled]
}

#[test]
fn both_may_dial_at_once() {
    let mut ends = [Streams::default(), Streams::default()];
    let [a, b] = connect(&mut ends);
    ends.reverse();
    let [c, d] = connect(&mut ends);
    assert!(a != d && b != c);
    assert!(ends.iter().all(|end| end.len() == 2));
}

#[test]
fn numbers_rise_and_are_of_the_dialler() {
    let mut streams = Streams::default();
    for (number, outcome) in [
        (3, Ok(1)),
        (3, Err(Refused::Violation)),
        (2, Err(Refused::Violation)),
        (DIALLED_BY_RECEIVER | 9, Err(Refused::Violation)),
        (4, Ok(2)),
    ] {
        assert_eq!(streams.dialled(PEER, number, 1.0), outcome, "{number}");
    }
    assert_eq!(streams.dialled(PEER + 1, 1, 1.0), Ok(3), "another peer has its own numbers");
    assert_eq!(streams.dialled(PEER, 5, 0.5), Err(Refused::Violation));
    assert_eq!(streams.dialled(PEER, 5, 1.0), Err(Refused::Violation), "a refused number was used");
    streams.forget_peer(PEER);
    assert_eq!(streams.dialled(PEER, 4, 1.0), Err(Refused::Violation), "this stream has not ended");
    assert!(streams.dialled(PEER, 1, 1.0).is_ok());
}

#[test]
fn dials_and_streams_have_limits() {
    let mut streams = Streams::default();
    for _ in 0..DIALS_MAX {
        assert!(streams.dial(PEER).is_some());
    }
    assert_eq!(streams.dial(PEER + 1), None, "too many dials wait");
    for number in 1..=DIALS_MAX as u32 {
        assert!(streams.dialled(PEER, number, 1.0).is_ok());
    }
    assert_eq!(streams.dialled(PEER, 99, 1.0), Err(Refused::Limit));
    for handle in 1..=DIALS_MAX as Handle {
        assert!(streams.accepted(handle, 1.0));
    }
    let mut count = streams.len();
    while streams.dial(PEER).map(|handle| streams.accepted(handle, 1.0)).is_some() {
        count += 1;
    }
    assert_eq!(count, STREAMS_PER_PEER);
    assert!(streams.dial(PEER + 1).is_some());
    let all: Vec<_> = streams.with(PEER).collect();
    all.into_iter().for_each(|handle| streams.end(handle));
    assert!(streams.dial(PEER).is_some());
    assert_eq!(streams.len(), 2);
}

#[test]
fn what_nobody_knows_does_nothing() {
    let mut streams = Streams::default();
    assert!(!streams.accept(9) && !streams.accepted(9, 1.0) && streams.credited(9, 0.0));
    assert_eq!((streams.room(9), streams.taken(9, 9), streams.close(9)), (None, 0, None));
    assert_eq!(streams.received(9, 9, false, false), Received::Ignored);
    assert_eq!((streams.state(9), streams.number(9), streams.first_credit(9)), (None, None, 0));
    streams.end(9);
    streams.sent(9, 9);
}

#[test]
fn a_stream_goes_through_its_states_once() {
    let (mut ends, [a, b]) = open();
    assert!(!ends[0].accepted(a, 1.0) && !ends[1].accept(b), "it is open already");
    assert_eq!(ends[0].close(a), Some(State::Open));
    assert_eq!(ends[0].close(a), None);
    assert_eq!(ends[0].received(a, 5, false, true), Received::Ignored);
    assert!(ends[0].credited(a, 1.0), "what was said before may still be sent");
    assert!(!ends[0].credited(a, -1.0));
    assert_eq!(ends[0].state(a), Some(State::Closing));
    ends[0].end(a);
    assert_eq!(ends[0].state(a), None);
    let dialling = ends[0].dial(PEER).expect("a stream");
    assert_eq!(ends[0].close(dialling), Some(State::Dialling));
    assert!(!ends[0].accepted(dialling, 1.0), "too late");
}

#[test]
fn credit_is_for_streams_that_are_open() {
    let mut streams = Streams::default();
    let handle = streams.dial(PEER).expect("a stream");
    assert!(!streams.credited(handle, 1.0));
    assert_eq!(streams.received(handle, 1, false, true), Received::Violation);
}

#[test]
fn an_overrun_and_a_mixed_message_are_violations() {
    let (mut ends, [_, b]) = open();
    assert_eq!(ends[1].received(b, 10, true, true), Received::Part);
    assert_eq!(ends[1].received(b, 10, false, false), Received::Violation);
    let (mut ends, [_, b]) = open();
    assert_eq!(ends[1].received(b, WINDOW_FIRST - PART_COST, false, false), Received::Whole);
    assert_eq!(ends[1].received(b, 0, false, false), Received::Violation);
}

#[test]
fn a_message_has_a_limit() {
    let (mut ends, [_, b]) = open();
    let mut bytes = 0;
    loop {
        let outcome = ends[1].received(b, 30_000, true, false);
        ends[1].taken(b, 0);
        bytes += 30_000;
        if outcome == Received::TooBig {
            break;
        }
        assert_eq!(outcome, Received::Part);
    }
    assert!(bytes > MESSAGE_MAX && bytes <= MESSAGE_MAX + 30_000);
}

#[test]
fn parts_of_a_message_have_a_limit() {
    let (mut ends, [_, b]) = open();
    assert_eq!(ends[1].received(b, 0, true, false), Received::Violation, "it would never end");
    let (mut ends, [_, b]) = open();
    for _ in 0..PARTS_MAX {
        assert_eq!(ends[1].received(b, 1, true, false), Received::Part);
        ends[1].taken(b, 0);
    }
    assert_eq!(ends[1].received(b, 1, false, false), Received::TooBig);
}

/// A reader that takes nothing holds its sender, however the messages are cut.
#[test]
fn what_nobody_takes_has_a_bound() {
    let (mut ends, [_, b]) = open();
    let mut all = 0;
    while ends[1].received(b, 50_000, true, false) == Received::Part {
        all += ends[1].taken(b, 0) + 50_000;
        if ends[1].received(b, 1000, false, false) != Received::Whole {
            break;
        }
    }
    assert!(all <= 2 * WINDOW_MAX, "{all}");
}

#[test]
fn windows_go_back() {
    let mut streams = Streams::default();
    let mut count = 0;
    for peer in 0.. {
        let Ok(handle) = streams.dialled(peer, 1, 1.0) else { break };
        assert!(streams.accept(handle));
        count += 1;
    }
    assert_eq!(count, WINDOWS_MAX / WINDOW_FIRST);
    streams.end(1);
    assert!(streams.dialled(0, 9, 1.0).is_ok());
}
