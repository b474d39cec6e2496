//! Heartbeats, and links that are dead.

use std::time::Duration;

use nws_core::{LinkEnd, MeshInput, MeshOutput};

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
    assert_eq!(seen[6], close(silent, LinkEnd::Silent));
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
    assert_eq!(desk.wait(SECOND / 10), [(SECOND / 10, close(link, LinkEnd::Silent))]);
}

#[test]
fn hello_takes_ten_seconds_at_most() {
    let mut desk = Desk::new();
    let (link, _) = desk.connect(LOWER, None);
    desk.wait(SECOND);
    desk.tell(MeshInput::Heard { link });
    let rest = SILENCE - SECOND;
    assert_eq!(desk.wait(2 * SILENCE), [(rest, close(link, LinkEnd::NoHello))]);
    assert!(desk.is_idle());
}

#[test]
fn nobody_is_silent_while_the_process_stands_still() {
    let mut desk = Desk::new();
    let link = desk.accept(LOWER);
    let (young, _) = desk.connect(HIGHER, None);
    assert_eq!(desk.stand_still(10 * SILENCE), [MeshOutput::Ping { link }]);
    let seen = desk.wait(SILENCE);
    assert_eq!(
        seen[3..],
        [(SILENCE, close(link, LinkEnd::Silent)), (SILENCE, close(young, LinkEnd::NoHello)),]
    );
}
