//! Frames of a client, read as they come.

use super::{Opcode, mask};
use crate::CloseCode;

/// The longest header: two bytes, eight of length, four of mask.
const HEADER_MAX: usize = 14;

/// Payload of a control frame (RFC 6455, section 5.5).
const CONTROL_MAX: usize = 125;

/// What a buffer for parts of messages may keep while it is not in use, in bytes.
const KEPT: usize = 1024;

/// Reads frames out of whatever pieces they arrive in.
///
/// A frame that lies whole in the input is decoded in place; only one that does not is copied.
/// After a [`Violation`] or an [`Event::Close`] the decoder must not be used any more.
#[derive(Debug)]
pub struct Decoder {
    message_max: usize,
    /// The start of a header whose end has not come yet.
    header: [u8; HEADER_MAX],
    header_len: u8,
    /// The frame whose payload is being read.
    frame: Option<Frame>,
    /// The kind of the message of which some frames are here, but not the last.
    fragmented: Option<Opcode>,
    /// Unmasked parts of the message, or of a control frame between them.
    message: Vec<u8>,
    control: Vec<u8>,
    /// The event that lent out a buffer is over; the buffer is to be emptied.
    lent: Option<Opcode>,
}

/// Something that a client said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A text message.
    Text(&'a str),
    /// A binary message.
    Binary(&'a [u8]),
    /// A ping: to be answered by a pong with this payload.
    Ping(&'a [u8]),
    /// A pong.
    Pong,
    /// The client closes, with this code if it gave one.
    Close(Option<u16>),
}

/// What a client did wrong. The connection has to be closed with this code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Violation {
    /// The code to close with.
    pub code: CloseCode,
    /// The fault in words, at most 123 bytes.
    pub reason: &'static str,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    opcode: Opcode,
    last: bool,
    mask: [u8; 4],
    len: usize,
    /// Bytes of the payload that are here already.
    have: usize,
}

impl Decoder {
    /// A decoder for messages of at most `message_max` bytes.
    #[must_use]
    pub const fn new(message_max: usize) -> Self {
        Self {
            message_max,
            header: [0; HEADER_MAX],
            header_len: 0,
            frame: None,
            fragmented: None,
            message: Vec::new(),
            control: Vec::new(),
            lent: None,
        }
    }

    /// Takes bytes from the front of `input` until something is complete. `None` when all input is
    /// taken.
    ///
    /// # Errors
    ///
    /// What the client did wrong.
    pub fn next<'a, 'b: 'a>(&'a mut self, input: &mut &'b mut [u8]) -> Result<Option<Event<'a>>, Violation> {
        self.take_back();
        loop {
            let frame = match self.frame {
                Some(frame) => frame,
                None => match self.take_header(input)? {
                    Some(frame) => frame,
                    None => return Ok(None),
                },
            };
            let piece = take(input, frame.len - frame.have);
            mask::apply(piece, frame.mask, frame.have);
            let whole = frame.have == 0 && piece.len() == frame.len;
            let have = frame.have + piece.len();
            if have < frame.len {
                self.buffer(frame.opcode).extend_from_slice(piece);
                self.frame = Some(Frame { have, ..frame });
                return Ok(None);
            }
            self.frame = None;
            if whole && frame.last && frame.opcode != Opcode::Continuation {
                return event(frame.opcode, piece).map(Some);
            }
            self.buffer(frame.opcode).extend_from_slice(piece);
            if frame.last {
                return self.complete(frame.opcode).map(Some);
            }
        }
    }

    /// Bytes that the decoder holds for frames and messages that are not complete.
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.message.capacity() + self.control.capacity()
    }

    fn take_back(&mut self) {
        let Some(opcode) = self.lent.take() else { return };
        let buffer = self.buffer(opcode);
        buffer.clear();
        buffer.shrink_to(KEPT);
    }

    fn buffer(&mut self, opcode: Opcode) -> &mut Vec<u8> {
        if opcode.is_control() { &mut self.control } else { &mut self.message }
    }

    fn complete(&mut self, opcode: Opcode) -> Result<Event<'_>, Violation> {
        self.lent = Some(opcode);
        if opcode.is_control() {
            return event(opcode, &self.control);
        }
        let kind = if opcode == Opcode::Continuation { self.fragmented.take() } else { Some(opcode) };
        event(kind.unwrap_or(opcode), &self.message)
    }

    /// Reads the next header, if all of it is there.
    fn take_header(&mut self, input: &mut &mut [u8]) -> Result<Option<Frame>, Violation> {
        loop {
            let have = usize::from(self.header_len);
            let need = header_len(&self.header[..have]);
            if have == need {
                break;
            }
            let piece = take(input, need - have);
            if piece.is_empty() {
                return Ok(None);
            }
            self.header[have..have + piece.len()].copy_from_slice(piece);
            self.header_len += piece.len() as u8;
        }
        let len = usize::from(self.header_len);
        self.header_len = 0;
        let frame = parse_header(&self.header[..len])?;
        self.admit(frame)?;
        self.frame = Some(frame);
        Ok(Some(frame))
    }

    /// Judges a frame by its header.
    fn admit(&mut self, frame: Frame) -> Result<(), Violation> {
        if frame.opcode.is_control() {
            return match frame.last && frame.len <= CONTROL_MAX {
                true => Ok(()),
                false => Err(Violation::protocol("a control frame is fragmented or too long")),
            };
        }
        match (frame.opcode, self.fragmented) {
            (Opcode::Continuation, None) => return Err(Violation::protocol("nothing to continue")),
            (Opcode::Continuation, Some(_)) => {}
            (_, Some(_)) => return Err(Violation::protocol("a message begins within another")),
            (opcode, None) if !frame.last => self.fragmented = Some(opcode),
            (_, None) => {}
        }
        if frame.len > self.message_max - self.message.len().min(self.message_max) {
            return Err(Violation { code: CloseCode::TooBig, reason: "the message is too big" });
        }
        Ok(())
    }
}

impl Violation {
    const fn protocol(reason: &'static str) -> Self {
        Self { code: CloseCode::Protocol, reason }
    }
}

/// Splits up to `most` bytes off the front.
fn take<'b>(input: &mut &'b mut [u8], most: usize) -> &'b mut [u8] {
    let all = std::mem::take(input);
    let (front, rest) = all.split_at_mut(most.min(all.len()));
    *input = rest;
    front
}

/// The length of the header that begins with `start`, as far as `start` tells.
fn header_len(start: &[u8]) -> usize {
    match start {
        [_, second, ..] => match second & 0x7f {
            126 => 8,
            127 => HEADER_MAX,
            _ => 6,
        },
        _ => 2,
    }
}

fn parse_header(header: &[u8]) -> Result<Frame, Violation> {
    let (first, second) = (header[0], header[1]);
    if first & 0x70 != 0 {
        return Err(Violation::protocol("a reserved bit is set"));
    }
    let opcode = Opcode::from_bits(first & 0x0f).ok_or(Violation::protocol("the opcode is reserved"))?;
    if second & 0x80 == 0 {
        return Err(Violation::protocol("a client's frame must be masked"));
    }
    let (extended, mask) = header[2..].split_at(header.len() - 6);
    let len = match extended {
        [] => u64::from(second & 0x7f),
        bytes => bytes.iter().fold(0, |len, &byte| len << 8 | u64::from(byte)),
    };
    let mask = [mask[0], mask[1], mask[2], mask[3]];
    // What does not fit is beyond every limit.
    let len = usize::try_from(len).unwrap_or(usize::MAX);
    Ok(Frame { opcode, last: first & 0x80 != 0, mask, len, have: 0 })
}

fn event(opcode: Opcode, payload: &[u8]) -> Result<Event<'_>, Violation> {
    match opcode {
        Opcode::Text => Ok(Event::Text(utf8(payload)?)),
        Opcode::Binary | Opcode::Continuation => Ok(Event::Binary(payload)),
        Opcode::Ping => Ok(Event::Ping(payload)),
        Opcode::Pong => Ok(Event::Pong),
        Opcode::Close => close(payload).map(Event::Close),
    }
}

fn close(payload: &[u8]) -> Result<Option<u16>, Violation> {
    match payload {
        [] => Ok(None),
        [a, b, reason @ ..] => {
            let code = u16::from_be_bytes([*a, *b]);
            utf8(reason)?;
            match CloseCode::is_valid_on_the_wire(code) {
                true => Ok(Some(code)),
                false => Err(Violation::protocol("the close code is reserved")),
            }
        }
        [_] => Err(Violation::protocol("a close code has two bytes")),
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, Violation> {
    simdutf8::basic::from_utf8(bytes)
        .map_err(|_| Violation { code: CloseCode::InvalidPayload, reason: "the text is not UTF-8" })
}
