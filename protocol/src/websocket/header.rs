//! Headers of a client's frames (RFC 6455, section 5.2).

use super::{Opcode, Violation};

/// The first two bytes of a frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    pub(super) opcode: Opcode,
    pub(super) last: bool,
    /// The length itself up to 125, else a code for the bytes in which it stands.
    len_code: u8,
}

/// A whole header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) start: Start,
    pub(super) mask: [u8; 4],
    pub(super) payload_len: usize,
}

impl Start {
    /// The bytes of a start.
    pub(super) const LEN: usize = 2;

    /// Reads a start, and checks what can be checked without other frames.
    pub(super) fn parse([first, second]: [u8; Self::LEN]) -> Result<Self, Violation> {
        if first & 0x70 != 0 {
            return Err(Violation::protocol("a reserved bit is set"));
        }
        let opcode = Opcode::from_bits(first & 0x0f).ok_or(Violation::protocol("the opcode is reserved"))?;
        if second & 0x80 == 0 {
            return Err(Violation::protocol("a client's frame must be masked"));
        }
        let (last, len_code) = (first & 0x80 != 0, second & 0x7f);
        if opcode.is_control() && !last {
            return Err(Violation::protocol("a control frame is fragmented"));
        }
        Ok(Self { opcode, last, len_code })
    }

    /// The bytes of the whole header.
    pub(super) const fn header_len(self) -> usize {
        match self.len_code {
            126 => Self::LEN + 2 + 4,
            127 => Header::LEN_MAX,
            _ => Self::LEN + 4,
        }
    }
}

impl Header {
    /// The longest header: the start, eight bytes of length, four of mask.
    pub(super) const LEN_MAX: usize = Start::LEN + 8 + 4;

    /// Reads the rest of a whole header, which follows `start`.
    ///
    /// A length may stand in more bytes than it needs. RFC 6455 forbids that to the sender only.
    pub(super) fn parse(start: Start, rest: &[u8]) -> Self {
        let mut payload_len = u64::from(start.len_code);
        let mut mask = [0; 4];
        if let Some((long, end)) = rest.split_last_chunk() {
            mask = *end;
            if !long.is_empty() {
                payload_len = long.iter().fold(0, |len, &byte| len << 8 | u64::from(byte));
            }
        }
        // A length that does not fit is beyond every limit.
        Self { start, mask, payload_len: usize::try_from(payload_len).unwrap_or(usize::MAX) }
    }
}
