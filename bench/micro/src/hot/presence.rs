//! A peer comes and goes.

use super::Call;
use crate::room::Room;

/// The peer and the others are told of each other. Then the others are told that it has left.
pub(super) fn join_and_leave<const OTHERS: usize>() -> Call {
    let mut room = Room::of(OTHERS);
    Box::new(move || {
        let newcomer = room.join();
        let joined = room.deliver();
        room.leave(newcomer);
        let left = room.deliver();
        assert!(joined > left && left > OTHERS, "{joined} and {left} bytes were delivered");
    })
}
