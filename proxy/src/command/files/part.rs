//! Parts of files, as binary messages.

use super::{Hash, hash};

/// "NWF", version 1.
const MAGIC: [u8; 4] = *b"NWF\x01";

/// Bytes before those of the file.
const HEAD: usize = 44;

/// A part, whose hash is not checked yet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part<'a> {
    pub(crate) stream: u32,
    pub(crate) index: u32,
    pub(crate) hash: Hash,
    pub(crate) bytes: &'a [u8],
}

impl<'a> Part<'a> {
    pub(crate) fn parse(message: &'a [u8]) -> Option<Self> {
        let (head, bytes) = message.split_at_checked(HEAD)?;
        let (magic, rest) = head.split_first_chunk::<4>()?;
        let (stream, rest) = rest.split_first_chunk::<4>()?;
        let (index, rest) = rest.split_first_chunk::<4>()?;
        let hash = rest.try_into().ok()?;
        (*magic == MAGIC).then_some(Self {
            stream: u32::from_be_bytes(*stream),
            index: u32::from_be_bytes(*index),
            hash,
            bytes,
        })
    }

    /// Gives whether the bytes have the hash.
    pub(crate) fn is_whole(&self) -> bool {
        hash(self.bytes) == self.hash
    }

    pub(crate) fn message(&self) -> Vec<u8> {
        let mut message = Vec::with_capacity(HEAD + self.bytes.len());
        message.extend(MAGIC);
        message.extend(self.stream.to_be_bytes());
        message.extend(self.index.to_be_bytes());
        message.extend(self.hash);
        message.extend(self.bytes);
        message
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_read_as_it_was_written() {
        let part = Part { stream: 7, index: 258, hash: hash(b"abc"), bytes: b"abc" };
        let message = part.message();
        assert_eq!(message[..12], [0x4e, 0x57, 0x46, 1, 0, 0, 0, 7, 0, 0, 1, 2]);
        assert_eq!(Part::parse(&message), Some(part));
        assert!(Part::parse(&message[..43]).is_none());
        let mut changed = message.clone();
        changed[44] ^= 1;
        assert!(!Part::parse(&changed).unwrap().is_whole());
    }
}
