//! Writes frames.

use super::{CONTROL_MAX, Opcode};
use crate::CloseCode;

/// Appends one whole frame, whose payload is `parts` one after the other.
pub fn write_frame<const N: usize>(out: &mut Vec<u8>, opcode: Opcode, parts: [&[u8]; N]) {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    // Exactly that: a buffer that fits must not be made larger.
    out.reserve(header_len(len) + len);
    write_header(out, opcode, len);
    for part in parts {
        out.extend_from_slice(part);
    }
}

/// Appends the header of a whole frame without a mask, whose payload has `len` bytes.
pub fn write_header(out: &mut Vec<u8>, opcode: Opcode, len: usize) {
    write_start(out, opcode, 0, len);
}

/// Appends the header of a whole frame of a client, whose payload has `len` bytes and is masked with
/// `mask`: see [`apply_mask`](super::apply_mask).
pub fn write_masked_header(out: &mut Vec<u8>, opcode: Opcode, len: usize, mask: [u8; 4]) {
    write_start(out, opcode, 0x80, len);
    out.extend_from_slice(&mask);
}

/// The length of the header of a server's frame, whose payload has `len` bytes.
const fn header_len(len: usize) -> usize {
    match len {
        0..=125 => 2,
        126..=0xffff => 4,
        _ => 10,
    }
}

/// Appends the first byte of a frame, and the length of its payload. `bit` is in the byte with which
/// the length begins.
fn write_start(out: &mut Vec<u8>, opcode: Opcode, bit: u8, len: usize) {
    let first = 0x80 | opcode as u8;
    match len {
        0..=125 => out.extend_from_slice(&[first, bit | len as u8]),
        126..=0xffff => {
            let [a, b] = (len as u16).to_be_bytes();
            out.extend_from_slice(&[first, bit | 126, a, b]);
        }
        _ => {
            out.extend_from_slice(&[first, bit | 127]);
            out.extend_from_slice(&(len as u64).to_be_bytes());
        }
    }
}

/// Appends a close frame, with as much of `reason` as fits into 123 bytes.
pub fn write_close(out: &mut Vec<u8>, code: CloseCode, reason: &str) {
    let code = code.number().to_be_bytes();
    let reason = &reason[..reason.floor_char_boundary(CONTROL_MAX - code.len())];
    write_frame(out, Opcode::Close, [&code, reason.as_bytes()]);
}

/// The length of header and payload of the server's frame whose first bytes are `start`. These must
/// be at least ten, or the whole frame when it is shorter.
#[must_use]
pub fn frame_len(start: &[u8]) -> usize {
    match *start {
        [_, 126, a, b, ..] => 4 + usize::from(u16::from_be_bytes([a, b])),
        [_, 127, a, b, c, d, e, f, g, h, ..] => 10 + u64::from_be_bytes([a, b, c, d, e, f, g, h]) as usize,
        [_, len, ..] => 2 + usize::from(len),
        _ => start.len(),
    }
}
