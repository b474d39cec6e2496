//! What the two ends of a pipe say to each other, on a stream between two peers.
//!
//! Bytes go in binary messages. The end is a text with their number. The receiver answers with the
//! same number when its standard output has taken all of them, so the sender knows that nothing is
//! lost. A stream that ends before has lost something.

use serde_json::{Value, json};

/// The subprotocol.
pub(crate) const PROTOCOL: &str = "nws.pipe";

/// What the sender says after the last byte.
pub(crate) fn end(bytes: u64) -> String {
    json!({ "end": bytes }).to_string()
}

/// What the receiver answers.
pub(crate) fn got(bytes: u64) -> String {
    json!({ "got": bytes }).to_string()
}

/// The number in what the other end says.
pub(crate) fn number(text: &str, member: &str) -> Option<u64> {
    serde_json::from_str::<Value>(text).ok()?.get(member)?.as_u64()
}

/// Gives the pipe at standard input or output room for several pieces, so that its two ends seldom wait for
/// each other. Linux gives 64 KiB, and at most 1 MiB without a privilege.
#[cfg(target_os = "linux")]
pub(crate) fn widen(end: impl std::os::fd::AsFd) {
    const ROOM: usize = 1 << 20;
    // A file or a terminal is no pipe, and a user who has many pipes gets no more room.
    let _ = rustix::pipe::fcntl_setpipe_size(end, ROOM);
}

/// Only Linux knows it.
#[cfg(not(target_os = "linux"))]
pub(crate) fn widen<T>(end: T) {
    drop(end);
}
