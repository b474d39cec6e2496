//! A piece of a stream while it waits until a shard hears it.

use bytes::Bytes;

use super::socket::READ_BUFFER;

/// Up to here a piece is copied. It is a part of all that was read together, which takes
/// [`READ_BUFFER`], and would keep that in memory.
const COPIED_MAX: usize = READ_BUFFER / 2;

/// What waits.
pub(super) struct Piece {
    pub(super) bytes: Bytes,
    /// What it takes in memory. Of a long piece that is not told: tungstenite reads into a buffer
    /// that has room for the piece and for [`READ_BUFFER`], so it is no more than both.
    pub(super) memory: usize,
}

impl Piece {
    /// A part of `message`.
    pub(super) fn of(message: &Bytes, part: &[u8]) -> Self {
        match part.len() {
            length if length <= COPIED_MAX => Self { bytes: Bytes::copy_from_slice(part), memory: length },
            length => Self { bytes: message.slice_ref(part), memory: length + READ_BUFFER },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read() -> Bytes {
        vec![7; READ_BUFFER].into()
    }

    #[test]
    fn a_short_piece_keeps_nothing_of_what_was_read_with_it() {
        for length in [0, 1, 1024, COPIED_MAX] {
            let read = read();
            let piece = Piece::of(&read, &read[..length]);
            assert!(read.is_unique(), "{length}");
            assert_eq!((&*piece.bytes, piece.memory), (&read[..length], length));
        }
    }

    #[test]
    fn a_long_piece_counts_with_what_it_keeps() {
        let read = read();
        let piece = Piece::of(&read, &read[..=COPIED_MAX]);
        assert!(!read.is_unique() && piece.memory >= read.len(), "{}", piece.memory);
        assert_eq!(piece.bytes, read[..=COPIED_MAX]);
    }
}
