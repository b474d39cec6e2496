//! Writes what waits for one connection, in as few calls as possible.

use std::io::{ErrorKind, IoSlice};
use std::time::Instant;

use arrayvec::ArrayVec;
use nws_core::{Channels, ConnId, Input};
use nws_protocol::limits::PIECES_PER_WRITE;

use crate::stream::WriteHalf;

/// The result of writing.
pub(super) enum Outcome {
    /// Nothing waits any more.
    Drained,
    /// The socket takes no more for now.
    Blocked,
    /// The connection is dead.
    Broken,
}

/// Writes until nothing waits or the socket takes no more, and reports that to `core`. Adds the
/// bytes that the socket took to `total`.
pub(super) fn all(
    core: &mut Channels,
    conn: ConnId,
    socket: &WriteHalf,
    total: &mut usize,
    now: Instant,
) -> Outcome {
    loop {
        let pieces: ArrayVec<IoSlice<'_>, PIECES_PER_WRITE> =
            core.waiting(conn).take(PIECES_PER_WRITE).map(IoSlice::new).collect();
        let (count, len) = (pieces.len(), pieces.iter().map(|piece| piece.len()).sum::<usize>());
        let written = match &pieces[..] {
            [] => return Outcome::Drained,
            [piece] => socket.try_write(piece),
            pieces => socket.try_write_vectored(pieces),
        };
        drop(pieces);
        let bytes = match written {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                core.handle(Input::Wrote { conn, bytes: 0 }, now);
                return Outcome::Blocked;
            }
            Err(_) => return Outcome::Broken,
        };
        *total += bytes;
        core.handle(Input::Wrote { conn, bytes }, now);
        if bytes == len && count < PIECES_PER_WRITE {
            return Outcome::Drained;
        }
    }
}
