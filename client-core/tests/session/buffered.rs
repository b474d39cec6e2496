//! What sending and `bufferedAmount` count, and what they cost.

use nws_client_core::session::{Input, Misuse, ROOT};
use nws_client_core::{Action, Fate, Policy, ReadyState, Session};

fn open(policy: Option<Policy>) -> Session {
    let mut session = Session::new(policy);
    let first = Input::Frame { action: Action::Status, peer: None };
    for input in [Input::Awake { lasted: 0.0 }, Input::Located, Input::Connected, first] {
        while session.next_step().is_some() {}
        session.handle(input);
    }
    while session.next_step().is_some() {}
    session
}

#[test]
fn what_becomes_of_a_frame_depends_on_the_state() {
    let queueing = Some(Policy { max_delay: 1.0, max_queued: Some(10.0) });
    assert_eq!(Session::new(None).send(ROOT, ReadyState::Closed), Err(Misuse::NotOpen));
    assert_eq!(Session::new(queueing).send(ROOT, ReadyState::Closed), Ok(Fate::Queued));
    assert_eq!(open(None).send(ROOT, ReadyState::Open), Ok(Fate::Sent));
    // Its end is about to be told: as with any WebSocket, what is sent now is lost.
    assert_eq!(open(None).send(ROOT, ReadyState::Closed), Ok(Fate::Sent));
    assert_eq!(open(queueing).send(ROOT, ReadyState::Closed), Ok(Fate::Queued));
    assert_eq!(open(queueing).send(7, ReadyState::Open), Ok(Fate::Discarded));
}

#[test]
fn only_what_was_allowed_is_queued() {
    let session = Session::new(Some(Policy { max_delay: 1.0, max_queued: Some(10.0) }));
    assert_eq!(session.check_room(10.0), Ok(()));
    assert_eq!(session.check_room(11.0), Err(Misuse::TooMuchQueued));
    assert_eq!(Session::new(None).check_room(1e9), Ok(()));
}

#[test]
fn payload_waits_by_socket() {
    let mut session = open(None);
    session.on_sent(ROOT, 0.0, 100.0, 40.0);
    session.on_sent(1, 100.0, 50.0, 10.0);
    assert_eq!(session.buffered_amount(ROOT, 150.0), 60.0);
    assert_eq!(session.buffered_amount(1, 150.0), 40.0);
    assert_eq!(session.buffered_amount(1, 20.0), 20.0);
    assert_eq!(session.buffered_amount(ROOT, 20.0), 0.0);
}

#[test]
fn nothing_waits_for_a_connection_that_has_ended() {
    let mut session = open(None);
    session.on_sent(ROOT, 0.0, 100.0, 40.0);
    session.handle(Input::Disconnected { code: 1006, lasted: 0.0 });
    while session.next_step().is_some() {}
    assert_eq!(session.buffered_amount(ROOT, 100.0), 0.0);
}
