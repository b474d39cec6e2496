//! Heartbeats, and links that are dead.

use std::time::Duration;

use nws_core::{LinkCloseReason, MeshInput, MeshOutput};
use nws_protocol::limits::STANDSTILL_LEAST;

use crate::desk::{Desk, HIGHER, LOWER, SECOND, close};

const HEARTBEAT: Duration = Duration::from_secs(3);
const SILENCE: Duration = Duration::from_secs(10);

#[test]
fn every_link_is_pinged_every_three_seconds() {
    let mut desk = Desk::new();
    let link = desk.accept(LOWER);
    for _ in 0..100 {
        assert_eq!(desk.wait(HEARTBEAT), [(HEARTBEAT, MeshOutput::Ping { link })]);
        assert_eq!(desk.tell(MeshInput::Heard { link }), []);
    }
}

#[test]
fn a_silent_link_is_closed_after_ten_seconds() {
    let mut desk = Desk::new();
    let silent = desk.accept(LOWER);
    let link = desk.accept(HIGHER);
    let mut seen = Vec::new();
    for _ in 0..10 {
        seen.extend(desk.wait(SECOND).into_iter().map(|(_, output)| output));
        desk.tell(MeshInput::Heard { link });
    }
    assert_eq!(seen.len(), 7);
    assert_eq!(seen[6], close(silent, LinkCloseReason::Silent));
    assert_eq!(desk.tell(MeshInput::Down { link: silent }), []);
}

#[test]
fn what_is_heard_breaks_the_silence() {
    let mut desk = Desk::new();
    let link = desk.accept(LOWER);
    desk.wait(SILENCE - SECOND / 10);
    desk.tell(MeshInput::Heard { link });
    let seen = desk.wait(SILENCE - SECOND / 10);
    assert!(seen.iter().all(|(_, output)| *output == MeshOutput::Ping { link }));
    assert_eq!(desk.wait(SECOND / 10), [(SECOND / 10, close(link, LinkCloseReason::Silent))]);
}

#[test]
fn hello_takes_ten_seconds_at_most() {
    let mut desk = Desk::new();
    let (link, _) = desk.connect(LOWER, None);
    desk.wait(SECOND);
    desk.tell(MeshInput::Heard { link });
    let rest = SILENCE - SECOND;
    assert_eq!(desk.wait(2 * SILENCE), [(rest, close(link, LinkCloseReason::NoHello))]);
    assert!(desk.is_idle());
}

#[test]
fn nobody_is_silent_while_the_process_stands_still() {
    let mut desk = Desk::new();
    let link = desk.accept(LOWER);
    let (young, _) = desk.connect(HIGHER, None);
    assert_eq!(desk.stand_still(10 * SILENCE), []);
    let seen = desk.wait(SILENCE);
    let rest = SILENCE - STANDSTILL_LEAST;
    assert_eq!(
        seen[3..],
        [(rest, close(link, LinkCloseReason::Silent)), (rest, close(young, LinkCloseReason::NoHello))]
    );
}

/// The other side answers within half a second of its own time, and may stand still too.
#[test]
fn a_link_that_answers_is_never_silent() {
    let (hiccup, step) = (SECOND / 2, SECOND / 10);
    for seconds in [1, 2, 3, 4, 8, 11, 100] {
        for begin in 0..40 {
            let mut desk = Desk::new();
            let link = desk.accept(LOWER);
            let mut pinged = None;
            let mut live = |desk: &mut Desk, steps: u32| {
                for _ in 0..steps {
                    for (_, output) in desk.wait(step) {
                        assert_eq!(output, MeshOutput::Ping { link }, "{seconds} s after {begin}");
                        pinged.get_or_insert(0);
                    }
                    pinged = pinged.map(|time| time + 1);
                    if pinged.is_some_and(|time| step * time > hiccup) {
                        pinged = None;
                        desk.tell(MeshInput::Heard { link });
                    }
                }
            };
            live(&mut desk, begin);
            for _ in 0..3 {
                let outputs = desk.stand_still(seconds * SECOND);
                assert!(outputs.iter().all(|output| *output == MeshOutput::Ping { link }));
                live(&mut desk, 9);
            }
            live(&mut desk, 200);
        }
    }
}

#[test]
fn a_link_that_is_dead_is_closed_in_time_after_a_standstill() {
    for begin in 0..10 {
        let mut desk = Desk::new();
        let link = desk.accept(LOWER);
        desk.wait(begin * SECOND);
        desk.stand_still(100 * SECOND);
        let closed = |(_, output): &(_, MeshOutput)| *output == close(link, LinkCloseReason::Silent);
        assert!(desk.wait(SILENCE).iter().any(closed));
    }
}
