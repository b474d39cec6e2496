//! Headers of frames (RFC 6455, section 5.2).

use super::{Opcode, Violation};

/// The side of a WebSocket that has sent a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The side that has connected. Its frames have masks.
    Client,
    /// The side that was connected to. Its frames have none.
    Server,
}

/// The first two bytes of a frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    pub(super) opcode: Opcode,
    pub(super) last: bool,
    is_masked: bool,
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
    pub(super) fn parse([first, second]: [u8; Self::LEN], sender: Sender) -> Result<Self, Violation> {
        if first & 0x70 != 0 {
            return Err(Violation::protocol("a reserved bit is set"));
        }
        let opcode = Opcode::from_bits(first & 0x0f).ok_or(Violation::protocol("the opcode is reserved"))?;
        let is_masked = second & 0x80 != 0;
        match sender {
            Sender::Client if !is_masked => {
                return Err(Violation::protocol("a client's frame must be masked"));
            }
            Sender::Server if is_masked => {
                return Err(Violation::protocol("a server's frame must not be masked"));
            }
            Sender::Client | Sender::Server => {}
        }
        let (last, len_code) = (first & 0x80 != 0, second & 0x7f);
        if opcode.is_control() && !last {
            return Err(Violation::protocol("a control frame is fragmented"));
        }
        Ok(Self { opcode, last, is_masked, len_code })
    }

    /// The bytes of the whole header.
    pub(super) const fn header_len(self) -> usize {
        let mask_len = if self.is_masked { 4 } else { 0 };
        mask_len
            + match self.len_code {
                126 => Self::LEN + 2,
                127 => Self::LEN + 8,
                _ => Self::LEN,
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
        let (long, mask) = match rest.split_last_chunk() {
            Some((long, mask)) if start.is_masked => (long, *mask),
            Some(_) | None => (rest, [0; 4]),
        };
        if !long.is_empty() {
            payload_len = long.iter().fold(0, |len, &byte| len << 8 | u64::from(byte));
        }
        // A length that does not fit is beyond every limit.
        Self { start, mask, payload_len: usize::try_from(payload_len).unwrap_or(usize::MAX) }
    }
}
