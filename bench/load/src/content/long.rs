//! The header of a message that has room for it: letters, each a nibble, of every field in full and
//! of a hash.

use super::{Header, Kind, mixed};

/// Five words and their hash, of eight letters each.
pub(super) const SIZE: usize = 48;
/// The bits above this one are the kind of a message, those below its sender.
const KIND: u32 = 30;
/// `a` in every byte.
const LETTERS: u64 = 0x6161_6161_6161_6161;
const NIBBLES: u64 = 0x0f0f_0f0f_0f0f_0f0f;

/// Appends the header. Gives its hash.
pub(super) fn write(header: &Header, data: &mut Vec<u8>) -> u32 {
    let words = words(header);
    let hash = hash(words);
    for word in words.into_iter().chain([hash]) {
        data.extend_from_slice(&letters(word));
    }
    hash
}

/// The header and its hash; `None` if a byte was changed.
pub(super) fn read(data: &[u8; SIZE]) -> Option<(Header, u32)> {
    let mut words = [0; 6];
    for (word, letters) in words.iter_mut().zip(data.as_chunks::<8>().0) {
        *word = number(*letters)?;
    }
    let [header @ .., hash] = words;
    if hash != self::hash(header) {
        return None;
    }
    Some((of_words(header)?, hash))
}

fn words(header: &Header) -> [u32; 5] {
    let Header { kind, channel, peer, number, due } = *header;
    [channel, kind.number() << KIND | peer, number, (due >> 32) as u32, due as u32]
}

fn of_words([channel, peer, number, high, low]: [u32; 5]) -> Option<Header> {
    let kind = Kind::of_number(peer >> KIND)?;
    let (peer, due) = (peer & ((1 << KIND) - 1), u64::from(high) << 32 | u64::from(low));
    Some(Header { kind, channel, peer, number, due })
}

/// Half of the bits are enough.
fn hash(words: [u32; 5]) -> u32 {
    (mixed(&words) >> 32) as u32
}

/// Spreads the eight nibbles over eight bytes.
fn letters(word: u32) -> [u8; 8] {
    let mut wide = u64::from(word);
    wide = (wide | wide << 16) & 0x0000_ffff_0000_ffff;
    wide = (wide | wide << 8) & 0x00ff_00ff_00ff_00ff;
    wide = (wide | wide << 4) & NIBBLES;
    (wide + LETTERS).to_be_bytes()
}

/// Gives `None` if any of them is not in `a` to `p`.
fn number(letters: [u8; 8]) -> Option<u32> {
    // The lowest byte that is none of these leaves a high nibble, as no byte below it borrows.
    let mut wide = u64::from_be_bytes(letters).wrapping_sub(LETTERS);
    if wide & !NIBBLES != 0 {
        return None;
    }
    wide = (wide | wide >> 4) & 0x00ff_00ff_00ff_00ff;
    wide = (wide | wide >> 8) & 0x0000_ffff_0000_ffff;
    Some((wide | wide >> 16) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_numbers() {
        assert_eq!(&letters(0x0123_4567), b"abcdefgh");
        assert_eq!(number(*b"abcdefgh"), Some(0x0123_4567));
        assert_eq!(number(*b"pppppppp"), Some(u32::MAX));
        for wrong in [*b"abcdefg`", *b"abcdefgq", *b"abcd fgh", [0; 8], [255; 8]] {
            assert_eq!(number(wrong), None);
        }
    }
}
