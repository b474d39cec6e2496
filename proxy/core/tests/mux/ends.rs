//! Streams that end, and the next ones of the same channels.

use nws_core::{ConnId, MuxInput};
use nws_protocol::limits::LINK_WINDOW;

use crate::desk::{Desk, Sent, name};

#[test]
fn a_stream_that_has_ended_sends_nothing() {
    let (mut desk, [gone, other]) = Desk::with();
    desk.say(gone, 1);
    desk.say(other, 1);
    desk.mux.handle(MuxInput::Received { stream: gone, bytes: LINK_WINDOW });
    desk.mux.handle(MuxInput::Processed { stream: gone, bytes: LINK_WINDOW });
    assert_eq!(desk.send(0), []);
    desk.mux.handle(MuxInput::Closed { stream: gone });
    assert_eq!(desk.mux.open().collect::<Vec<_>>(), [other]);
    assert_eq!(desk.send(100), [Sent::Data(1, 1)]);
    desk.say(other, 1);
    desk.mux.handle(MuxInput::Closed { stream: other });
    assert!(!desk.mux.wants_room());
}

#[test]
fn what_is_said_of_a_stream_that_has_ended_is_ignored() {
    let (mut desk, [stream]) = Desk::with();
    desk.mux.handle(MuxInput::Closed { stream });
    for input in [
        MuxInput::Received { stream, bytes: usize::MAX },
        MuxInput::Processed { stream, bytes: LINK_WINDOW },
        MuxInput::Credit { stream, bytes: 1 },
        MuxInput::Waiting { stream },
        MuxInput::Held { stream },
        MuxInput::Released { stream },
        MuxInput::Closed { stream },
    ] {
        desk.mux.handle(input);
    }
    assert_eq!((desk.send(100), desk.told(), desk.mux.conn(stream)), (vec![], vec![], None));
    assert!(!desk.mux.is_broken() && !desk.mux.wants_room());
}

#[test]
fn the_next_stream_of_a_channel_begins_anew() {
    let (mut desk, [first]) = Desk::with();
    desk.say(first, 2 * LINK_WINDOW);
    desk.send(100);
    assert_eq!(desk.streams.close(&name(0)).map(|(stream, ())| stream), Some(first));
    desk.mux.handle(MuxInput::Closed { stream: first });
    let second = desk.open(0, 7);
    assert_ne!(first, second);
    assert!(!desk.streams.is_open(first) && desk.streams.is_open(second));
    assert_eq!(desk.streams.find(0), None, "the other side has another slot now");
    assert_eq!(desk.streams.find(7), Some((second, &())));
    desk.say(second, 1);
    desk.mux.handle(MuxInput::Received { stream: second, bytes: LINK_WINDOW });
    assert_eq!(desk.send(100), [Sent::Data(0, 1)]);
    assert!(!desk.mux.is_broken());
}

#[test]
fn a_link_fails_with_any_of_its_streams() {
    let mut desk = Desk::new();
    assert!(!desk.mux.is_broken());
    desk.mux.handle(MuxInput::Failed);
    assert!(desk.mux.is_broken());
    assert_eq!(desk.streams.close(&name(0)), None);
    assert_eq!(desk.mux.conn(Default::default()), None::<ConnId>);
}
