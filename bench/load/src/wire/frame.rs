//! Frames of RFC 6455 as a client reads and writes them, for a server that sends whole messages in
//! single frames.

use super::arrival::Broken;
use super::mask::{self, Masks};
use crate::content;

const FINAL: u8 = 0x80;
const MASKED: u8 = 0x80;
/// The longest payload beyond the data: keys and ids of a structured frame, with every character
/// escaped.
const ENVELOPE: u64 = 4096;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opcode {
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

/// Appends a masked frame whose payload is `parts`, one after the other.
pub(super) fn write(opcode: Opcode, masks: &mut Masks, parts: &[&[u8]], out: &mut Vec<u8>) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    out.push(FINAL | opcode as u8);
    match length {
        0..126 => out.push(MASKED | length as u8),
        126..0x1_0000 => {
            out.push(MASKED | 126);
            out.extend_from_slice(&(length as u16).to_be_bytes());
        }
        _ => {
            out.push(MASKED | 127);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    let key = masks.next();
    out.extend_from_slice(&key);
    let start = out.len();
    parts.iter().for_each(|part| out.extend_from_slice(part));
    mask::apply(key, &mut out[start..]);
}

/// The size of the frame that `input` begins with, once its length is there.
pub(super) fn size(input: &[u8]) -> Result<Option<usize>, Broken> {
    Ok(head(input)?.map(|(head, payload)| head + payload))
}

/// Reads a whole frame.
pub(super) fn read(unit: &[u8]) -> Result<(Opcode, &[u8]), Broken> {
    let [first, second] = *unit.first_chunk().ok_or(Broken::Envelope)?;
    let opcode = match first ^ FINAL {
        1 => Opcode::Text,
        2 => Opcode::Binary,
        8 => Opcode::Close,
        9 => Opcode::Ping,
        10 => Opcode::Pong,
        _ => return Err(Broken::Frame(first, second)),
    };
    let (head, _) = head(unit)?.ok_or(Broken::Envelope)?;
    Ok((opcode, &unit[head..]))
}

/// The sizes of head and payload.
fn head(input: &[u8]) -> Result<Option<(usize, usize)>, Broken> {
    let Some([first, second]) = input.first_chunk() else { return Ok(None) };
    let after = &input[2..];
    let (head, length) = match second {
        0..126 => (2, Some(u64::from(*second))),
        126 => (4, after.first_chunk().map(|length| u16::from_be_bytes(*length).into())),
        127 => (10, after.first_chunk().map(|length| u64::from_be_bytes(*length))),
        _ => return Err(Broken::Frame(*first, *second)),
    };
    length.map(|length| bounded(length).map(|length| (head, length))).transpose()
}

/// A length that a server may announce. No message here is longer.
pub(super) fn bounded(length: u64) -> Result<usize, Broken> {
    if length > content::LARGEST as u64 + ENVELOPE {
        return Err(Broken::TooLong(length));
    }
    Ok(length as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_server(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![first];
        match payload.len() {
            short @ 0..126 => frame.push(short as u8),
            middle @ 126..0x1_0000 => {
                frame.push(126);
                frame.extend_from_slice(&(middle as u16).to_be_bytes());
            }
            long => {
                frame.push(127);
                frame.extend_from_slice(&(long as u64).to_be_bytes());
            }
        }
        frame.extend_from_slice(payload);
        frame
    }

    #[test]
    fn what_a_server_writes_is_read() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536, 100_000] {
            let payload = vec![7; length];
            let frame = of_server(0x82, &payload);
            assert_eq!(size(&frame), Ok(Some(frame.len())));
            assert_eq!(read(&frame), Ok((Opcode::Binary, &payload[..])));
        }
    }

    #[test]
    fn a_size_is_known_with_the_length_and_not_before() {
        let frame = of_server(0x81, &[7; 300]);
        for cut in 0..4 {
            assert_eq!(size(&frame[..cut]), Ok(None));
        }
        assert_eq!(size(&frame[..4]), Ok(Some(304)));
    }

    #[test]
    fn frames_are_written_masked_and_whole() {
        for length in [0, 125, 126, 65_535, 65_536] {
            let (mut out, payload) = (Vec::new(), vec![5; length]);
            write(
                Opcode::Text,
                &mut Masks::new(3),
                &[&payload[..length / 2], &payload[length / 2..]],
                &mut out,
            );
            assert_eq!((out[0], out[1] & MASKED), (0x81, MASKED));
            out[1] ^= MASKED;
            let (head, size) = head(&out).unwrap().unwrap();
            assert_eq!((size, out.len()), (length, head + 4 + length));
            let key = *out[head..].first_chunk().unwrap();
            mask::apply(key, &mut out[head + 4..]);
            assert_eq!(&out[head + 4..], payload);
        }
    }

    #[test]
    fn what_no_server_sends_is_refused() {
        assert_eq!(size(&[0x81, 0x85]), Err(Broken::Frame(0x81, 0x85)));
        for first in [0x01, 0x80, 0xc1, 0x83, 0x8b] {
            assert_eq!(read(&[first, 0]), Err(Broken::Frame(first, 0)));
        }
        let long = [&[0x82, 127][..], &u64::MAX.to_be_bytes()].concat();
        assert_eq!(size(&long), Err(Broken::TooLong(u64::MAX)));
    }
}
