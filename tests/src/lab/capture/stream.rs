//! One direction of a TCP connection, from segments that come in any order and more than once.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

/// The segments, by their place relative to the first that was seen.
#[derive(Default)]
pub(super) struct Stream {
    first: Option<u32>,
    segments: BTreeMap<i32, Vec<u8>>,
}

impl Stream {
    /// Takes a segment whose first byte has the sequence number `number`.
    pub(super) fn add(&mut self, number: u32, bytes: &[u8]) {
        // What opens and closes a connection has a number too, and no bytes.
        if bytes.is_empty() {
            return;
        }
        let place = number.wrapping_sub(*self.first.get_or_insert(number)).cast_signed();
        let known = self.segments.entry(place).or_default();
        if known.len() < bytes.len() {
            *known = bytes.to_vec();
        }
    }

    /// What was said, once and in order.
    pub(super) fn bytes(self) -> Result<Vec<u8>> {
        let mut next = self.segments.first_key_value().map_or(0, |(place, _)| i64::from(*place));
        let mut all = Vec::new();
        for (place, bytes) in self.segments {
            let Ok(known) = usize::try_from(next - i64::from(place)) else {
                bail!("{} bytes are missing in a stream after {}", i64::from(place) - next, all.len());
            };
            if let Some(fresh) = bytes.get(known..) {
                all.extend_from_slice(fresh);
                next += i64::try_from(fresh.len())?;
            }
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_joined_whatever_their_order_and_overlap() {
        let mut stream = Stream::default();
        stream.add(u32::MAX, b"bcd");
        stream.add(u32::MAX, b"bc");
        stream.add(1, b"def");
        stream.add(u32::MAX - 1, b"a");
        stream.add(5, b"");
        assert_eq!(stream.bytes().unwrap(), b"abcdef");
    }

    #[test]
    fn a_gap_is_an_error() {
        let mut stream = Stream::default();
        stream.add(0, b"ab");
        stream.add(3, b"d");
        assert!(stream.bytes().is_err());
    }
}
