//! The data of a message: its sender, its time, and a body that only this message has.
//!
//! A header of letters, each a nibble, has what is needed to account for a delivery, and ends with
//! a hash of itself. The body is a part of a fixed random table; the hash decides where it begins.
//! So a damaged byte is noticed wherever it is, and so is the body of another message, at the cost
//! of one comparison of memory.

use nws_report::load::Framing;

use crate::clock::Nanos;

/// Five words and their hash, of eight letters each.
const HEADER: usize = 48;
/// A message may have no body.
pub(crate) const SMALLEST: usize = HEADER;
/// More than any server here accepts.
pub(crate) const LARGEST: usize = 16 * 1024 * 1024;
/// The number of different bodies: enough that two messages rarely share one, and few enough for a
/// near cache.
const BODIES: usize = 4096;
/// The bits above this one are the kind of a message, those below its sender.
const KIND: u32 = 30;
/// `a` in every byte.
const LETTERS: u64 = 0x6161_6161_6161_6161;
const NIBBLES: u64 = 0x0f0f_0f0f_0f0f_0f0f;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Broadcast,
    Ask,
    Answer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) kind: Kind,
    pub(crate) channel: u32,
    /// The peer of the channel that sends.
    pub(crate) peer: u32,
    /// The number of the message among those of its sender.
    pub(crate) number: u32,
    /// When it was sent; on a schedule, when it should have been sent; in an answer, the time of
    /// the ask.
    pub(crate) due: Nanos,
}

impl Header {
    fn words(&self) -> [u32; 5] {
        let kind = match self.kind {
            Kind::Broadcast => 0,
            Kind::Ask => 1,
            Kind::Answer => 2,
        };
        [self.channel, kind << KIND | self.peer, self.number, (self.due >> 32) as u32, self.due as u32]
    }

    fn of_words([channel, peer, number, high, low]: [u32; 5]) -> Option<Self> {
        let kind = match peer >> KIND {
            0 => Kind::Broadcast,
            1 => Kind::Ask,
            2 => Kind::Answer,
            _ => return None,
        };
        let (peer, due) = (peer & ((1 << KIND) - 1), u64::from(high) << 32 | u64::from(low));
        Some(Self { kind, channel, peer, number, due })
    }
}

/// Writes and reads the data of all messages of a run, which have the same size.
pub(crate) struct Content {
    table: Vec<u8>,
    body: usize,
}

impl Content {
    /// `bytes` is the size of the data, at least [`SMALLEST`].
    pub(crate) fn new(bytes: usize, framing: Framing) -> Self {
        let body = bytes - HEADER;
        let table =
            random(BODIES + body).map(|byte| if framing == Framing::Text { letter(byte) } else { byte });
        Self { table: table.collect(), body }
    }

    pub(crate) fn write(&self, header: &Header, data: &mut Vec<u8>) {
        data.clear();
        let words = header.words();
        let hash = hash(words);
        for word in words.into_iter().chain([hash]) {
            data.extend_from_slice(&letters(word));
        }
        data.extend_from_slice(self.body(hash));
    }

    /// Gives `None` if any byte differs from what was written.
    pub(crate) fn read(&self, data: &[u8]) -> Option<Header> {
        let (header, body) = data.split_first_chunk::<HEADER>()?;
        let mut words = [0; 6];
        for (word, letters) in words.iter_mut().zip(header.as_chunks::<8>().0) {
            *word = number(*letters)?;
        }
        let [header @ .., hash] = words;
        if hash != self::hash(header) || body != self.body(hash) {
            return None;
        }
        Header::of_words(header)
    }

    fn body(&self, hash: u32) -> &[u8] {
        let from = hash as usize % BODIES;
        &self.table[from..from + self.body]
    }
}

/// A hash. Each step can be undone, so two headers that differ in one word never share all 64 bits.
/// Half of the bits are enough.
fn hash(words: [u32; 5]) -> u32 {
    let mixed = words.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, word| {
        (hash ^ u64::from(*word)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
    });
    (mixed >> 32) as u32
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

/// The same bytes in every run.
fn random(count: usize) -> impl Iterator<Item = u8> {
    let mut state = 1_u64;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        (state >> 56) as u8
    })
    .take(count)
}

/// A character that JSON does not escape.
fn letter(byte: u8) -> u8 {
    const PLAIN: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .";
    PLAIN[usize::from(byte & 63)]
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: Header =
        Header { kind: Kind::Answer, channel: 99, peer: 0xabcde, number: u32::MAX - 1, due: 1 << 60 | 7 };

    fn written(framing: Framing) -> (Content, Vec<u8>) {
        let content = Content::new(64, framing);
        let mut data = Vec::new();
        content.write(&SAMPLE, &mut data);
        (content, data)
    }

    #[test]
    fn what_is_written_is_read() {
        for framing in [Framing::Text, Framing::Binary, Framing::Tcp] {
            let (content, data) = written(framing);
            assert_eq!(data.len(), 64);
            assert_eq!(content.read(&data), Some(SAMPLE));
        }
    }

    #[test]
    fn every_damaged_byte_is_seen() {
        for framing in [Framing::Text, Framing::Binary] {
            let (content, data) = written(framing);
            for at in 0..data.len() {
                for flip in [1, 2, 16, 128] {
                    let mut damaged = data.clone();
                    damaged[at] ^= flip;
                    assert_eq!(content.read(&damaged), None, "byte {at}");
                }
            }
            assert_eq!(content.read(&data[..63]), None);
            assert_eq!(content.read(&[&data[..], b"x"].concat()), None);
        }
    }

    #[test]
    fn the_body_of_another_message_is_seen() {
        let (content, data) = written(Framing::Text);
        let mut other = Vec::new();
        content.write(&Header { number: 5, ..SAMPLE }, &mut other);
        other[HEADER..].copy_from_slice(&data[HEADER..]);
        assert_eq!(content.read(&other), None);
    }

    #[test]
    fn text_needs_no_escape() {
        let (_, data) = written(Framing::Text);
        let text = String::from_utf8(data).unwrap();
        assert_eq!(serde_json::to_string(&text).unwrap(), format!("\"{text}\""));
    }

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
