//! A piece of a stream that waits until a shard takes it.

use bytes::Bytes;

use super::socket::READ_BUFFER;

/// Length up to which a piece is copied. It is a part of everything that was read together, which
/// takes [`READ_BUFFER`] bytes, and would keep all of that in memory.
const COPIED_MAX: usize = READ_BUFFER / 2;

/// A piece that waits.
pub(super) struct Piece {
    pub(super) bytes: Bytes,
    /// Bytes of memory that it takes. For a long piece that is an upper bound: tungstenite reads
    /// into a buffer that has room for the piece and for [`READ_BUFFER`], so it takes no more than
    /// both.
    pub(super) memory: usize,
}

impl Piece {
    /// Takes `part` of `message`.
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
