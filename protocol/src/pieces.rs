//! Long messages, kept in pieces.

/// The bytes of a piece, at most. The memory of a message exceeds what has come of it by no more
/// than that.
const PIECE: usize = 256 * 1024;

/// The bytes of the first piece, at most. Each further piece has as many as all before it, so that
/// a message takes at most twice the memory of what has come of it, and this.
const FIRST: usize = 4 * 1024;

/// Bytes that are collected without ever being moved. Joining them takes long, and is left to the
/// reader.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pieces {
    pieces: Vec<Vec<u8>>,
    /// Bytes at the front of the first piece that do not belong to it any more.
    skipped: usize,
    len: usize,
}

impl Pieces {
    /// No bytes.
    pub(crate) const EMPTY: Self = Self { pieces: Vec::new(), skipped: 0, len: 0 };

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
        self.pieces.iter().map(Vec::capacity).sum()
    }

    /// The bytes before `max`, as far as they lie together: at least 4 KiB, or all that were given
    /// at first.
    #[must_use]
    pub fn head(&self, max: usize) -> &[u8] {
        let Some(first) = self.pieces.first() else { return &[] };
        let first = &first[self.skipped..];
        &first[..first.len().min(max)]
    }

    /// Takes bytes off the front, which lie together.
    ///
    /// # Panics
    ///
    /// When they are more than [`head`](Self::head) gives.
    pub fn skip(&mut self, bytes: usize) {
        assert!(bytes <= self.head(usize::MAX).len(), "what is skipped lies together");
        self.skipped += bytes;
        self.len -= bytes;
    }

    /// The pieces, each with the number of bytes at its front that do not belong to it.
    pub fn into_pieces(self) -> impl Iterator<Item = (Vec<u8>, usize)> {
        let mut skipped = self.skipped;
        self.pieces.into_iter().map(move |piece| (piece, std::mem::take(&mut skipped)))
    }

    /// Adds bytes at the end. These and all that follow are at most `most` bytes.
    pub(crate) fn push(&mut self, mut bytes: &[u8], mut most: usize) {
        let mut have = self.len;
        self.len += bytes.len();
        while !bytes.is_empty() {
            let room = self.pieces.last().map_or(0, |last| last.capacity() - last.len());
            if room == 0 {
                self.pieces.push(Vec::with_capacity(have.clamp(FIRST, PIECE).min(most)));
                continue;
            }
            let (taken, rest) = bytes.split_at(room.min(bytes.len()));
            if let Some(last) = self.pieces.last_mut() {
                last.extend_from_slice(taken);
            }
            most -= taken.len();
            have += taken.len();
            bytes = rest;
        }
    }

    /// All bytes, joined.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        let mut bytes = self.pieces.concat();
        bytes.drain(..self.skipped);
        bytes
    }
}

impl From<Vec<u8>> for Pieces {
    fn from(mut bytes: Vec<u8>) -> Self {
        bytes.shrink_to_fit();
        Self { len: bytes.len(), skipped: 0, pieces: vec![bytes] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_out_as_they_went_in() {
        let all: Vec<u8> = (0..3 * PIECE).map(|n| (n % 251) as u8).collect();
        for step in [1000, PIECE - 1, PIECE, PIECE + 1, all.len()] {
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
        for byte in 0..3 * PIECE {
            pieces.push(&[byte as u8], 5 * PIECE - byte);
            assert!(pieces.capacity() <= 2 * pieces.len() + FIRST, "{} B", pieces.len());
            assert!(pieces.capacity() <= pieces.len() + PIECE, "{} B", pieces.len());
        }
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
