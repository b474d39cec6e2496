//! The data of a message: its sender, its time, and a body that only this message has.
//!
//! A header has what is needed to account for a delivery, and ends with a hash of itself. The body
//! is a part of a fixed random table; the hash decides where it begins. So a damaged byte is
//! noticed wherever it is, and so is the body of another message, at the cost of one comparison of
//! memory. Messages with too little room for the long header have a short one, which notices a
//! little less.

mod long;
mod short;

use nws_report::load::Framing;

use crate::clock::Nanos;
use crate::layout::Layout;
pub(crate) use short::CONNECTIONS_MAX as SHORT_CONNECTIONS_MAX;

/// A message may have no body.
pub(crate) const SMALLEST: usize = short::SIZE;
/// From here on headers are long.
pub(crate) const LONG: usize = long::SIZE;
/// More than any server here accepts.
pub(crate) const LARGEST: usize = 16 * 1024 * 1024;
/// The number of different bodies: enough that two messages rarely share one, and few enough for a
/// near cache.
const BODIES: usize = 4096;

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

impl Kind {
    fn number(self) -> u32 {
        match self {
            Self::Broadcast => 0,
            Self::Ask => 1,
            Self::Answer => 2,
        }
    }

    fn of_number(number: u32) -> Option<Self> {
        match number {
            0 => Some(Self::Broadcast),
            1 => Some(Self::Ask),
            2 => Some(Self::Answer),
            _ => None,
        }
    }
}

/// Writes and reads the data of all messages of a run, which have the same size.
pub(crate) struct Content {
    layout: Layout,
    is_short: bool,
    table: Vec<u8>,
    body: usize,
}

impl Content {
    /// `bytes` is the size of the data, at least [`SMALLEST`].
    pub(crate) fn new(bytes: usize, framing: Framing, layout: Layout) -> Self {
        let is_short = bytes < LONG;
        let body = bytes - if is_short { short::SIZE } else { long::SIZE };
        let table =
            random(BODIES + body).map(|byte| if framing == Framing::Text { letter(byte) } else { byte });
        Self { layout, is_short, table: table.collect(), body }
    }

    pub(crate) fn write(&self, header: &Header, data: &mut Vec<u8>) {
        data.clear();
        let hash = match self.is_short {
            true => short::write(header, self.layout, data),
            false => long::write(header, data),
        };
        data.extend_from_slice(self.body(hash));
    }

    /// Gives `None` if any byte differs from what was written. `now` is the time at which it came.
    pub(crate) fn read(&self, data: &[u8], now: Nanos) -> Option<Header> {
        let ((header, hash), body) = if self.is_short {
            let (header, body) = data.split_first_chunk()?;
            (short::read(header, self.layout, now)?, body)
        } else {
            let (header, body) = data.split_first_chunk()?;
            (long::read(header)?, body)
        };
        (body == self.body(hash)).then_some(header)
    }

    fn body(&self, hash: u32) -> &[u8] {
        let from = hash as usize % BODIES;
        &self.table[from..from + self.body]
    }
}

/// A hash. Each step can be undone, so two headers that differ in one word never share all 64 bits.
fn mixed(words: &[u32]) -> u64 {
    words.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, word| {
        (hash ^ u64::from(*word)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
    })
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

    const LAYOUT: Layout = Layout { channels: 100, peers: 200, senders: 200, active: 100 };
    const NOW: Nanos = 1 << 60;
    /// Its time is a whole unit of the short header.
    const SAMPLE: Header =
        Header { kind: Kind::Answer, channel: 99, peer: 123, number: u32::MAX - 1, due: NOW - (1 << 20) };
    /// Without a body, with a short header and a body, and with a long header.
    const SIZES: [usize; 5] = [SMALLEST, 31, LONG - 1, LONG, 64];

    fn written(bytes: usize, framing: Framing) -> (Content, Vec<u8>) {
        let content = Content::new(bytes, framing, LAYOUT);
        let mut data = Vec::new();
        content.write(&SAMPLE, &mut data);
        (content, data)
    }

    #[test]
    fn what_is_written_is_read() {
        for framing in [Framing::Text, Framing::Binary, Framing::Tcp] {
            for bytes in SIZES {
                let (content, data) = written(bytes, framing);
                assert_eq!(data.len(), bytes);
                assert_eq!(content.read(&data, NOW), Some(SAMPLE));
            }
        }
    }

    #[test]
    fn every_damaged_byte_is_seen() {
        for framing in [Framing::Text, Framing::Binary] {
            for bytes in SIZES {
                let (content, data) = written(bytes, framing);
                for at in 0..data.len() {
                    for flip in [1, 2, 16, 128] {
                        let mut damaged = data.clone();
                        damaged[at] ^= flip;
                        assert_eq!(content.read(&damaged, NOW), None, "byte {at} of {bytes}");
                    }
                }
                assert_eq!(content.read(&data[..bytes - 1], NOW), None);
                assert_eq!(content.read(&[&data[..], b"x"].concat(), NOW), None);
            }
        }
    }

    #[test]
    fn the_body_of_another_message_is_seen() {
        for (bytes, header) in [(64, long::SIZE), (40, short::SIZE)] {
            let (content, data) = written(bytes, Framing::Text);
            let mut other = Vec::new();
            content.write(&Header { number: 5, ..SAMPLE }, &mut other);
            other[header..].copy_from_slice(&data[header..]);
            assert_eq!(content.read(&other, NOW), None);
        }
    }

    #[test]
    fn text_needs_no_escape() {
        for bytes in SIZES {
            let (_, data) = written(bytes, Framing::Text);
            let text = String::from_utf8(data).unwrap();
            assert_eq!(serde_json::to_string(&text).unwrap(), format!("\"{text}\""));
        }
    }
}
