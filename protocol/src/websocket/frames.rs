//! Reads frames where each is a message, and each goes on by itself.

use super::header::{Header, Sender, Start};
use super::{CONTROL_MAX, Opcode, Violation, mask};

/// A frame that is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeFrame {
    /// Its kind.
    pub opcode: Opcode,
    /// Its payload, without the mask. The buffer has no room for more.
    pub payload: Vec<u8>,
}

/// Reads the frames of one side, in whatever pieces they come. A message is a single frame: a
/// frame that is a part of a message is a fault.
///
/// Call [`next`](Self::next) with the bytes that have come until it gives `None`. A payload is
/// copied once, out of what came and into a buffer of its own. After a [`Violation`] the reader
/// must not be used any more.
///
/// ```
/// use nws_protocol::websocket::{FrameReader, Opcode, Sender, WholeFrame};
///
/// let mut frames = FrameReader::new(Sender::Server, 1024);
/// let mut input = &[0x82, 2, b'h'][..];
/// assert_eq!(frames.next(&mut input)?, None);
/// let mut input = &[b'i', 0x89, 0][..];
/// let hi = WholeFrame { opcode: Opcode::Binary, payload: b"hi".to_vec() };
/// assert_eq!(frames.next(&mut input)?, Some(hi));
/// let ping = WholeFrame { opcode: Opcode::Ping, payload: vec![] };
/// assert_eq!(frames.next(&mut input)?, Some(ping));
/// assert_eq!(frames.next(&mut input)?, None);
/// # Ok::<(), nws_protocol::websocket::Violation>(())
/// ```
#[derive(Debug)]
pub struct FrameReader {
    sender: Sender,
    /// The longest payload, in bytes.
    max: usize,
    /// The start of a header whose end has not come yet.
    header: [u8; Header::LEN_MAX],
    header_len: u8,
    /// The frame whose payload is being read, and what has come of that.
    frame: Option<(Header, Vec<u8>)>,
}

impl FrameReader {
    /// A reader of what `sender` sends, with payloads of at most `max` bytes.
    #[must_use]
    pub const fn new(sender: Sender, max: usize) -> Self {
        Self { sender, max, header: [0; Header::LEN_MAX], header_len: 0, frame: None }
    }

    /// From the next header on, payloads have at most `max` bytes.
    pub const fn set_max(&mut self, max: usize) {
        self.max = max;
    }

    /// Takes bytes from the front of `input` until a frame is complete. Gives `None` when all input
    /// is taken.
    ///
    /// # Errors
    ///
    /// The fault of the sender. A fault in a header is reported before the payload has come.
    pub fn next(&mut self, input: &mut &[u8]) -> Result<Option<WholeFrame>, Violation> {
        let (header, mut payload) = match self.frame.take() {
            Some(begun) => begun,
            None => match self.next_header(input)? {
                Some(header) => (header, Vec::with_capacity(header.payload_len)),
                None => return Ok(None),
            },
        };
        let have = payload.len();
        payload.extend_from_slice(take(input, header.payload_len - have));
        mask::apply(&mut payload[have..], header.mask, have);
        if payload.len() < header.payload_len {
            self.frame = Some((header, payload));
            return Ok(None);
        }
        Ok(Some(WholeFrame { opcode: header.start.opcode, payload }))
    }

    /// The next header, if all of it is there.
    fn next_header(&mut self, input: &mut &[u8]) -> Result<Option<Header>, Violation> {
        if !self.fill_header(input, Start::LEN) {
            return Ok(None);
        }
        let start = Start::parse([self.header[0], self.header[1]], self.sender)?;
        if !start.last || start.opcode == Opcode::Continuation {
            return Err(Violation::protocol("a message of a link must be one frame"));
        }
        if !self.fill_header(input, start.header_len()) {
            return Ok(None);
        }
        let header = Header::parse(start, &self.header[Start::LEN..start.header_len()]);
        if start.opcode.is_control() && header.payload_len > CONTROL_MAX {
            return Err(Violation::protocol("a control frame is too long"));
        }
        if header.payload_len > self.max {
            return Err(Violation::TOO_BIG);
        }
        self.header_len = 0;
        Ok(Some(header))
    }

    /// Reads the header up to `need` bytes. Gives whether as many are there.
    fn fill_header(&mut self, input: &mut &[u8], need: usize) -> bool {
        let have = usize::from(self.header_len);
        let piece = take(input, need.saturating_sub(have));
        self.header[have..have + piece.len()].copy_from_slice(piece);
        self.header_len += piece.len() as u8;
        have + piece.len() >= need
    }
}

/// Splits up to `most` bytes off the front.
fn take<'b>(input: &mut &'b [u8], most: usize) -> &'b [u8] {
    let (front, rest) = input.split_at(most.min(input.len()));
    *input = rest;
    front
}
