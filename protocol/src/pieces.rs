//! Long messages, kept in pieces.

use crate::limits::LINK_PIECE_MAX;

/// The bytes of a piece, at most. The memory of what is copied exceeds it by no more than that. A
/// piece leaves over a link as it is, so it is no longer than a frame there.
const PIECE_MAX: usize = LINK_PIECE_MAX;

/// The bytes of the first piece, at least. Each further piece has as many as all before it, so that
/// what is copied takes at most twice its memory, and this.
const FIRST: usize = 4 * 1024;

/// Bytes that are collected in pieces. Joining them takes long, and is left to the reader.
///
/// A piece is filled before the next one begins. One that is not full when a
/// [whole one](Self::push_whole) follows loses the room that it has left: so there is room in the
/// last piece only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pieces {
    pieces: Vec<Piece>,
    len: usize,
}

/// Bytes that lie together.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    bytes: Vec<u8>,
    /// Bytes at the front that do not belong to it.
    skipped: usize,
}

impl Piece {
    fn as_bytes(&self) -> &[u8] {
        &self.bytes[self.skipped..]
    }
}

impl Pieces {
    /// No bytes.
    pub(crate) const EMPTY: Self = Self { pieces: Vec::new(), len: 0 };

    /// How many bytes there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bytes of memory that they take.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.pieces.iter().map(|piece| piece.bytes.capacity()).sum()
    }

    /// The bytes before `max`, as far as they lie together: at least 4 KiB, or all that were given
    /// at first.
    #[must_use]
    pub fn head(&self, max: usize) -> &[u8] {
        let first = self.pieces.first().map_or(&[][..], Piece::as_bytes);
        &first[..first.len().min(max)]
    }

    /// Takes bytes off the front, which lie together.
    ///
    /// # Panics
    ///
    /// When they are more than [`head`](Self::head) gives.
    pub fn skip(&mut self, bytes: usize) {
        assert!(bytes <= self.head(usize::MAX).len(), "what is skipped lies together");
        if let Some(first) = self.pieces.first_mut() {
            first.skipped += bytes;
            self.len -= bytes;
        }
    }

    /// The pieces, each with the number of bytes at its front that do not belong to it.
    pub fn into_pieces(self) -> impl Iterator<Item = (Vec<u8>, usize)> {
        self.pieces.into_iter().map(|piece| (piece.bytes, piece.skipped))
    }

    /// The bytes for which there is room behind the last one.
    pub(crate) fn room(&self) -> usize {
        self.pieces.last().map_or(0, |last| last.bytes.capacity() - last.bytes.len())
    }

    /// Adds `bytes` at the end without copying them, except for those at their front that are
    /// skipped.
    ///
    /// # Panics
    ///
    /// When more bytes are skipped than there are.
    pub fn push_whole(&mut self, bytes: Vec<u8>, skipped: usize) {
        assert!(skipped <= bytes.len(), "what is skipped is there");
        self.len += bytes.len() - skipped;
        if let Some(last) = self.pieces.last_mut() {
            last.bytes.shrink_to_fit();
        }
        self.pieces.push(Piece { bytes, skipped });
    }

    /// Adds a copy of `bytes` at the end. These and all that follow are at most `most` bytes.
    ///
    /// # Panics
    ///
    /// When `bytes` are more than that.
    pub fn push(&mut self, mut bytes: &[u8], mut most: usize) {
        assert!(bytes.len() <= most, "what is added is a part of what is to come");
        let mut have = self.len;
        self.len += bytes.len();
        while !bytes.is_empty() {
            let room = self.room();
            if room == 0 {
                let capacity = have.max(bytes.len()).clamp(FIRST, PIECE_MAX).min(most);
                self.pieces.push(Piece { bytes: Vec::with_capacity(capacity), skipped: 0 });
                continue;
            }
            let (taken, rest) = bytes.split_at(room.min(bytes.len()));
            if let Some(last) = self.pieces.last_mut() {
                last.bytes.extend_from_slice(taken);
            }
            most -= taken.len();
            have += taken.len();
            bytes = rest;
        }
    }

    /// All bytes, joined.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.len);
        self.pieces.iter().for_each(|piece| bytes.extend_from_slice(piece.as_bytes()));
        bytes
    }
}

impl From<Vec<u8>> for Pieces {
    fn from(mut bytes: Vec<u8>) -> Self {
        bytes.shrink_to_fit();
        Self { len: bytes.len(), pieces: vec![Piece { bytes, skipped: 0 }] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_out_as_they_went_in() {
        let all: Vec<u8> = (0..3 * PIECE_MAX).map(|n| (n % 251) as u8).collect();
        for step in [1000, PIECE_MAX - 1, PIECE_MAX, PIECE_MAX + 1, all.len()] {
            let mut pieces = Pieces::from(all[..7].to_vec());
            all[7..].chunks(step).for_each(|part| pieces.push(part, all.len() - pieces.len()));
            assert_eq!((pieces.len(), pieces.head(3)), (all.len(), &all[..3]));
            assert_eq!(pieces.capacity(), all.len());
            assert!(pieces.into_bytes() == all, "in steps of {step}");
        }
    }

    #[test]
    fn no_more_memory_is_taken_than_is_promised() {
        let mut pieces = Pieces::default();
        for byte in 0..3 * PIECE_MAX {
            pieces.push(&[byte as u8], 5 * PIECE_MAX - byte);
            assert!(pieces.capacity() <= 2 * pieces.len() + FIRST, "{} B", pieces.len());
            assert!(pieces.capacity() <= pieces.len() + PIECE_MAX, "{} B", pieces.len());
            if byte % 1000 == 0 {
                pieces.push_whole(vec![0; 5], 0);
            }
        }
    }

    #[test]
    #[should_panic(expected = "a part of what is to come")]
    fn no_more_is_added_than_is_to_come() {
        Pieces::default().push(&[0; 2], 1);
    }

    #[test]
    fn whole_pieces_are_not_copied() {
        let all: Vec<u8> = (0..3 * FIRST).map(|n| (n % 251) as u8).collect();
        let mut pieces = Pieces::default();
        pieces.push(&all[..10], all.len());
        let whole = [&[0; 3], &all[10..2 * FIRST]].concat();
        let place = whole.as_ptr();
        pieces.push_whole(whole, 3);
        pieces.push(&all[2 * FIRST..], FIRST);
        assert_eq!((pieces.len(), pieces.head(7)), (all.len(), &all[..7]));
        assert!(pieces.clone().into_bytes() == all);
        assert!(pieces.into_pieces().any(|(piece, skipped)| piece.as_ptr() == place && skipped == 3));
    }

    #[test]
    fn bytes_can_be_taken_off_the_front() {
        let all: Vec<u8> = (0..3 * FIRST).map(|n| (n % 251) as u8).collect();
        let mut pieces = Pieces::default();
        pieces.push(&all, all.len());
        for skipped in [3, 10] {
            pieces.skip(skipped - (all.len() - pieces.len()));
            assert_eq!((pieces.len(), pieces.head(7)), (all.len() - skipped, &all[skipped..skipped + 7]));
            assert!(pieces.clone().into_bytes() == all[skipped..]);
            let parts: Vec<u8> =
                pieces.clone().into_pieces().flat_map(|(piece, skip)| piece[skip..].to_vec()).collect();
            assert!(parts == all[skipped..]);
        }
    }
}
