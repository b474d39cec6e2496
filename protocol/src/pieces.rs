//! Long messages, kept in pieces.

/// The bytes of a piece. The memory of a message exceeds what has come of it by no more than that.
const PIECE: usize = 256 * 1024;

/// Bytes that are collected without ever being moved. Joining them takes long, and is left to the
/// reader.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pieces {
    pieces: Vec<Vec<u8>>,
    len: usize,
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
        self.pieces.iter().map(Vec::capacity).sum()
    }

    /// The bytes before `max`, as far as they lie together.
    pub(crate) fn head(&self, max: usize) -> &[u8] {
        self.pieces.first().map_or(&[], |first| &first[..first.len().min(max)])
    }

    /// Adds bytes at the end. These and all that follow are at most `most` bytes.
    pub(crate) fn push(&mut self, mut bytes: &[u8], mut most: usize) {
        self.len += bytes.len();
        while !bytes.is_empty() {
            let room = self.pieces.last().map_or(0, |last| last.capacity() - last.len());
            if room == 0 {
                self.pieces.push(Vec::with_capacity(PIECE.min(most)));
                continue;
            }
            let (taken, rest) = bytes.split_at(room.min(bytes.len()));
            if let Some(last) = self.pieces.last_mut() {
                last.extend_from_slice(taken);
            }
            most -= taken.len();
            bytes = rest;
        }
    }

    /// All bytes, joined.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.pieces.concat()
    }
}

impl From<Vec<u8>> for Pieces {
    fn from(mut bytes: Vec<u8>) -> Self {
        bytes.shrink_to_fit();
        Self { len: bytes.len(), pieces: vec![bytes] }
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
}
