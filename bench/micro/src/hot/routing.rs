//! Routes a frame that was read, to the bytes that the sockets of its recipients take.

use std::hint::black_box;

use nws_protocol::binary::{Frame, Kind};

use super::Call;
use super::request::text_of_broadcast;
use crate::room::Room;

/// One broadcast in a pass.
pub(super) fn broadcast<const RECIPIENTS: usize, const DATA: usize>() -> Call {
    burst::<RECIPIENTS, DATA, 1>()
}

/// As many broadcasts as the proxy reads before it writes, under load.
pub(super) fn burst<const RECIPIENTS: usize, const DATA: usize, const COUNT: usize>() -> Call {
    let (mut room, text) = (Room::of(RECIPIENTS + 1), text_of_broadcast(DATA));
    Box::new(move || {
        (0..COUNT).for_each(|_| room.say(black_box(&text)));
        let delivered = room.deliver();
        assert!(delivered > RECIPIENTS * DATA * COUNT, "only {delivered} bytes were delivered");
    })
}

/// One binary broadcast in a pass.
pub(super) fn binary<const RECIPIENTS: usize, const PAYLOAD: usize>() -> Call {
    let mut room = Room::of(RECIPIENTS + 1);
    let frame = Frame { kind: Kind::Broadcast, id: "", payload: &[b'x'; PAYLOAD] }.to_bytes();
    Box::new(move || {
        room.say_binary(black_box(&frame));
        let delivered = room.deliver();
        assert!(delivered > RECIPIENTS * PAYLOAD, "only {delivered} bytes were delivered");
    })
}

/// One message in a pass.
pub(super) fn message<const OTHERS: usize, const DATA: usize>() -> Call {
    let (mut room, data) = (Room::of(OTHERS + 1), "x".repeat(DATA));
    let text = format!(r#"{{"action":"message","target":"{}","data":"{data}"}}"#, Room::peer(OTHERS / 2));
    Box::new(move || {
        room.say(black_box(&text));
        let delivered = room.deliver();
        assert!((DATA..OTHERS * DATA).contains(&delivered), "{delivered} bytes were delivered");
    })
}
