//! Frames of a server.

use super::{CONTROL_MAX, Opcode};
use crate::CloseCode;

/// The longest header: two bytes and eight of length.
const HEADER_MAX: usize = 10;

/// Appends one whole frame, whose payload is `parts` one after the other.
pub fn write_frame<const N: usize>(out: &mut Vec<u8>, opcode: Opcode, parts: [&[u8]; N]) {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    let first = 0x80 | opcode as u8;
    out.reserve(HEADER_MAX + len);
    match len {
        0..=125 => out.extend_from_slice(&[first, len as u8]),
        126..=0xffff => {
            let [a, b] = (len as u16).to_be_bytes();
            out.extend_from_slice(&[first, 126, a, b]);
        }
        _ => {
            out.extend_from_slice(&[first, 127]);
            out.extend_from_slice(&(len as u64).to_be_bytes());
        }
    }
    for part in parts {
        out.extend_from_slice(part);
    }
}

/// Appends a close frame, with as much of `reason` as fits: 123 bytes.
pub fn write_close(out: &mut Vec<u8>, code: CloseCode, reason: &str) {
    let code = code.number().to_be_bytes();
    let reason = &reason[..reason.floor_char_boundary(CONTROL_MAX - code.len())];
    write_frame(out, Opcode::Close, [&code, reason.as_bytes()]);
}

/// The length of the server's frame whose first bytes are `start`: header and payload. At least
/// ten bytes must be given, or the whole frame when it is shorter.
#[must_use]
pub fn frame_len(start: &[u8]) -> usize {
    match *start {
        [_, 126, a, b, ..] => 4 + usize::from(u16::from_be_bytes([a, b])),
        [_, 127, a, b, c, d, e, f, g, h, ..] => 10 + u64::from_be_bytes([a, b, c, d, e, f, g, h]) as usize,
        [_, len, ..] => 2 + usize::from(len),
        _ => start.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_headers() {
        let head = |len: usize| {
            let mut out = Vec::new();
            write_frame(&mut out, Opcode::Binary, [&vec![0; len]]);
            assert_eq!(frame_len(&out[..out.len().min(10)]), out.len());
            out.truncate(out.len() - len);
            out
        };
        assert_eq!(head(0), [0x82, 0]);
        assert_eq!(head(125), [0x82, 125]);
        assert_eq!(head(126), [0x82, 126, 0, 126]);
        assert_eq!(head(0xffff), [0x82, 126, 0xff, 0xff]);
        assert_eq!(head(0x1_0000), [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
    }

    #[test]
    fn golden_close() {
        let mut out = Vec::new();
        write_close(&mut out, CloseCode::TryAgainLater, "slow consumer");
        assert_eq!(out, b"\x88\x0f\x03\xf5slow consumer");
    }
}
