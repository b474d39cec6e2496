//! Who sends when, and what is to blame for a wait.

use std::time::Duration;

use nws_core::MuxInput;
use nws_protocol::limits::{LINK_PIECE_MAX, LINK_WINDOW};

use crate::desk::{Desk, Sent, Told};

/// Bytes of a piece while others wait.
const SHARED: usize = LINK_PIECE_MAX / 4;

/// Longer than the time in which a stream is exempt once.
const LONG: Duration = Duration::from_secs(1);

#[test]
fn nothing_is_sent_without_room_and_that_is_told_once() {
    let (mut desk, [stream]) = Desk::with();
    desk.say(stream, 5);
    assert_eq!((desk.send(0), desk.told()), (vec![], vec![Told::Sent(0, 0)]));
    assert_eq!((desk.send(0), desk.told()), (vec![], vec![]));
    assert!(desk.mux.wants_room());
    assert_eq!((desk.send(1), desk.told()), (vec![Sent::Data(0, 5)], vec![Told::Sent(0, 5)]));
}

#[test]
fn what_is_sent_at_once_never_waited() {
    let (mut desk, [stream]) = Desk::with();
    desk.say(stream, LINK_PIECE_MAX + 1);
    desk.send(1);
    // That the rest waits follows from what was sent.
    assert!(!desk.told().contains(&Told::Sent(0, 0)));
}

#[test]
fn streams_take_turns_with_shorter_pieces() {
    let (mut desk, [one, two, three]) = Desk::with();
    [one, two, three].into_iter().for_each(|stream| desk.say(stream, 2 * SHARED));
    let round: Vec<Sent> = (0..3).map(|slot| Sent::Data(slot, SHARED)).collect();
    assert_eq!(desk.send(3), round);
    assert_eq!(desk.send(1), [Sent::Data(0, SHARED)]);
    // Whoever comes later waits for those who are there.
    desk.say(one, LINK_PIECE_MAX);
    assert_eq!(desk.send(3), [Sent::Data(1, SHARED), Sent::Data(2, SHARED), Sent::Data(0, LINK_PIECE_MAX)]);
}

#[test]
fn who_has_credit_again_goes_to_the_end() {
    let (mut desk, [full, other]) = Desk::with();
    desk.say(full, LINK_WINDOW + 1);
    desk.send(100);
    desk.say(other, 2 * SHARED);
    desk.send(0);
    desk.mux.handle(MuxInput::Credit { stream: full, bytes: 1 });
    assert_eq!(desk.send(3), [Sent::Data(1, SHARED), Sent::Data(0, 1), Sent::Data(1, SHARED)]);
}

#[test]
fn who_waits_for_a_turn_is_exempt_while_the_link_moves() {
    let (mut desk, streams) = Desk::with::<3>();
    streams.into_iter().for_each(|stream| desk.say(stream, LINK_PIECE_MAX));
    desk.send(1);
    assert_eq!(desk.exempt(), [1, 2, 0]);
    desk.send(1);
    assert!(desk.exempt().is_empty(), "not again at once");
    desk.wait(LONG);
    desk.send(0);
    assert!(desk.exempt().is_empty(), "it has moved since, and stands still now");
    desk.send(1);
    assert_eq!(desk.exempt(), [0, 1, 2]);
}

#[test]
fn who_waits_for_the_other_side_is_not_exempt() {
    let (mut desk, [full, speaker, waiting]) = Desk::with();
    desk.say(full, LINK_WINDOW + 1);
    desk.send(100);
    desk.told();
    desk.wait(LONG);
    [speaker, waiting].into_iter().for_each(|stream| desk.say(stream, LINK_PIECE_MAX));
    desk.send(1);
    assert_eq!(desk.exempt(), [2, 1]);
}
