//! How much each side may send.

use nws_core::MuxInput;
use nws_protocol::limits::{LINK_PIECE_MAX, LINK_WINDOW};

use crate::desk::{Desk, Sent, Told};

/// Pieces of a window.
const PIECES: usize = LINK_WINDOW / LINK_PIECE_MAX;

fn bytes(sent: &[Sent]) -> usize {
    let data = |sent: &Sent| if let Sent::Data(_, bytes) = sent { *bytes } else { 0 };
    sent.iter().map(data).sum()
}

#[test]
fn a_window_is_sent_and_then_what_credit_is_given_for() {
    let (mut desk, [stream]) = Desk::with();
    desk.say(stream, 2 * LINK_WINDOW);
    assert_eq!(desk.send(100), vec![Sent::Data(0, LINK_PIECE_MAX); PIECES]);
    assert!(!desk.mux.wants_room(), "room is of no use without credit");
    desk.mux.handle(MuxInput::Credit { stream, bytes: 10 });
    assert_eq!(desk.send(100), [Sent::Data(0, 10)]);
    desk.mux.handle(MuxInput::Credit { stream, bytes: LINK_PIECE_MAX as u32 + 1 });
    assert_eq!(desk.send(100), [Sent::Data(0, LINK_PIECE_MAX), Sent::Data(0, 1)]);
}

#[test]
fn credit_adds_up_and_does_not_overflow() {
    let (mut desk, [stream]) = Desk::with();
    for bytes in [0, 1, u32::MAX, u32::MAX] {
        desk.mux.handle(MuxInput::Credit { stream, bytes });
    }
    desk.say(stream, LINK_WINDOW + 1);
    assert_eq!(bytes(&desk.send(100)), LINK_WINDOW + 1);
}

#[test]
fn a_stream_without_credit_delays_no_other_one() {
    let (mut desk, [full, other]) = Desk::with();
    desk.say(full, 2 * LINK_WINDOW);
    assert_eq!(bytes(&desk.send(100)), LINK_WINDOW);
    desk.say(other, 3);
    assert_eq!(desk.send(100), [Sent::Data(1, 3)]);
}

#[test]
fn what_waits_without_credit_is_told_once() {
    let (mut desk, [stream]) = Desk::with();
    desk.say(stream, LINK_WINDOW);
    desk.send(100);
    desk.told();
    desk.say(stream, 1);
    assert_eq!((desk.send(100), desk.told()), (vec![], vec![Told::Sent(0, 0)]));
    desk.say(stream, 1);
    assert_eq!((desk.send(100), desk.told()), (vec![], vec![]));
}

#[test]
fn credit_is_given_for_what_was_processed_a_quarter_of_a_window_at_a_time() {
    let (mut desk, [stream]) = Desk::with();
    desk.mux.handle(MuxInput::Received { stream, bytes: LINK_WINDOW });
    assert_eq!(desk.send(100), []);
    desk.mux.handle(MuxInput::Processed { stream, bytes: LINK_WINDOW / 4 - 1 });
    assert_eq!(desk.send(100), []);
    desk.mux.handle(MuxInput::Processed { stream, bytes: 2 });
    assert_eq!(desk.send(100), [Sent::Credit(0, LINK_WINDOW as u32 / 4 + 1)]);
    assert_eq!(desk.send(100), [], "for nothing twice");
}

#[test]
fn credit_waits_for_room_and_comes_before_data() {
    let (mut desk, [speaker, listener]) = Desk::with();
    desk.say(speaker, 1);
    desk.mux.handle(MuxInput::Received { stream: listener, bytes: LINK_WINDOW });
    desk.mux.handle(MuxInput::Processed { stream: listener, bytes: LINK_WINDOW });
    assert_eq!(desk.send(0), []);
    assert!(desk.mux.wants_room());
    assert_eq!(desk.send(1), [Sent::Credit(1, LINK_WINDOW as u32)]);
    assert_eq!(desk.send(1), [Sent::Data(0, 1)]);
    assert!(!desk.mux.wants_room());
}

#[test]
fn whoever_is_held_gets_no_credit_until_it_is_released() {
    let (mut desk, [stream]) = Desk::with();
    desk.mux.handle(MuxInput::Received { stream, bytes: LINK_WINDOW });
    desk.mux.handle(MuxInput::Held { stream });
    desk.mux.handle(MuxInput::Processed { stream, bytes: LINK_WINDOW });
    assert_eq!(desk.send(1), []);
    desk.mux.handle(MuxInput::Released { stream });
    // It is held again before the link has room.
    assert_eq!(desk.send(0), []);
    desk.mux.handle(MuxInput::Held { stream });
    assert_eq!(desk.send(1), []);
    desk.mux.handle(MuxInput::Released { stream });
    assert_eq!(desk.send(1), [Sent::Credit(0, LINK_WINDOW as u32)]);
}

#[test]
fn more_than_the_window_breaks_the_link() {
    let (mut desk, [stream, other]) = Desk::with();
    desk.mux.handle(MuxInput::Received { stream, bytes: LINK_WINDOW });
    desk.mux.handle(MuxInput::Processed { stream, bytes: LINK_WINDOW });
    assert!(!desk.mux.is_broken());
    desk.mux.handle(MuxInput::Received { stream: other, bytes: 1 });
    // The credit is not on its way yet.
    desk.mux.handle(MuxInput::Received { stream, bytes: 1 });
    assert!(desk.mux.is_broken());
}

#[test]
fn credit_that_is_on_its_way_may_be_used() {
    let (mut desk, [stream]) = Desk::with();
    for _ in 0..10 {
        desk.mux.handle(MuxInput::Received { stream, bytes: LINK_WINDOW });
        desk.mux.handle(MuxInput::Processed { stream, bytes: LINK_WINDOW });
        assert_eq!(desk.send(1), [Sent::Credit(0, LINK_WINDOW as u32)]);
    }
    assert!(!desk.mux.is_broken());
}
