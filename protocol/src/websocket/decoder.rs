//! Reads the frames of a client as they come.

use super::header::{Header, Sender, Start};
use super::{CONTROL_MAX, Event, Opcode, Violation, mask};
use crate::Pieces;

/// The bytes that a buffer for parts of messages may keep while it is not in use.
const KEPT: usize = 1024;

/// Reads the frames of one client, in whatever pieces they come.
///
/// It has two kinds of methods:
///
/// - [`next`](Self::next) takes bytes and gives the next [`Event`]. It is called with the bytes
///   that have come until it gives `None`; then all of them are taken, and it is called again when
///   more have come. An event borrows from the input or from the decoder, and is used before the
///   next call.
/// - [`buffered`](Self::buffered) is a question, and may be asked at any time.
///
/// After a [`Violation`] or an [`Event::Close`] the decoder must not be used any more.
///
/// All sizes are bytes. A message has at most `message_max`, and a control frame at most 125. A
/// frame that lies whole in the input is decoded in place. Only one that does not is copied: the
/// copies take at most `message_max` and 4 KiB, and at most twice what has come of a message.
///
/// A fault in a header is reported before the payload has come. A text is checked when it is
/// complete, so control frames between the parts of a text that is not UTF-8 are still reported.
///
/// ```
/// use nws_protocol::websocket::{Decoder, Event};
///
/// // A text and a ping, whose masks are zero. They come in two pieces.
/// let mut first = [0x81, 0x85, 0, 0, 0, 0, b'h', b'e'];
/// let mut second = [b'l', b'l', b'o', 0x89, 0x80, 0, 0, 0, 0];
///
/// let mut decoder = Decoder::new(1024);
/// let mut input = &mut first[..];
/// assert_eq!(decoder.next(&mut input)?, None);
/// let mut input = &mut second[..];
/// assert_eq!(decoder.next(&mut input)?, Some(Event::Text("hello")));
/// assert_eq!(decoder.next(&mut input)?, Some(Event::Ping(b"")));
/// assert_eq!(decoder.next(&mut input)?, None);
///
/// // A client has to mask its frames.
/// let mut input = &mut [0x81, 0x05][..];
/// assert!(Decoder::new(1024).next(&mut input).is_err());
/// # Ok::<(), nws_protocol::websocket::Violation>(())
/// ```
#[derive(Debug)]
pub struct Decoder {
    message_max: usize,
    /// Messages in the decoder's own buffer that are longer are given out as [`Event::Long`].
    judged_max: usize,
    /// The start of a header whose end has not come yet.
    header: [u8; Header::LEN_MAX],
    header_len: u8,
    /// The frame whose payload is being read.
    frame: Option<Frame>,
    /// The kind of the message whose first frames are here, but not its last.
    fragmented: Option<Opcode>,
    /// Unmasked parts of the message, or of a control frame between them.
    message: Vec<u8>,
    /// Unmasked parts of a message that is longer than `judged_max`.
    long: Pieces,
    control: Vec<u8>,
    /// The frame whose event borrowed a buffer. The event is over, and the buffer is to be emptied.
    lent: Option<Opcode>,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    header: Header,
    /// The bytes of the payload that are here already.
    have: usize,
}

impl Decoder {
    /// A decoder for messages of at most `message_max` bytes.
    #[must_use]
    pub const fn new(message_max: usize) -> Self {
        Self {
            message_max,
            judged_max: usize::MAX,
            header: [0; Header::LEN_MAX],
            header_len: 0,
            frame: None,
            fragmented: None,
            message: Vec::new(),
            long: Pieces::EMPTY,
            control: Vec::new(),
            lent: None,
        }
    }

    /// The same decoder, but messages of more than `judged_max` bytes are given out unchecked, as
    /// [`Event::Long`], because checking them takes long. A message that lies whole in the input is
    /// checked all the same.
    #[must_use]
    pub const fn judging(mut self, judged_max: usize) -> Self {
        self.judged_max = judged_max;
        self
    }

    /// Takes bytes from the front of `input` until an event is complete. Gives `None` when all
    /// input is taken.
    ///
    /// # Errors
    ///
    /// The fault of the client, with the code with which the connection has to be closed.
    pub fn next<'a, 'b: 'a>(&'a mut self, input: &mut &'b mut [u8]) -> Result<Option<Event<'a>>, Violation> {
        self.take_back();
        loop {
            let Some(Frame { header, have }) = self.take_frame(input)? else { return Ok(None) };
            let start = header.start;
            let piece = take(input, header.payload_len - have);
            mask::apply(piece, header.mask, have);
            let whole = have == 0 && piece.len() == header.payload_len;
            if whole && start.last && start.opcode != Opcode::Continuation {
                return Event::read(start.opcode, piece).map(Some);
            }
            self.keep(header, have, piece);
            if have + piece.len() < header.payload_len {
                self.frame = Some(Frame { header, have: have + piece.len() });
                return Ok(None);
            }
            if start.last {
                return self.complete(start.opcode).map(Some);
            }
        }
    }

    /// The bytes that the decoder holds for frames and messages that are not complete.
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.message.capacity() + self.long.capacity() + self.control.capacity()
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

    /// The frame that is being read, or else the next one, if all of its header is there.
    fn take_frame(&mut self, input: &mut &mut [u8]) -> Result<Option<Frame>, Violation> {
        if let Some(frame) = self.frame.take() {
            return Ok(Some(frame));
        }
        if !self.fill_header(input, Start::LEN) {
            return Ok(None);
        }
        let start = Start::parse([self.header[0], self.header[1]], Sender::Client)?;
        self.admit_start(start)?;
        if !self.fill_header(input, start.header_len()) {
            return Ok(None);
        }
        let header = Header::parse(start, &self.header[Start::LEN..start.header_len()]);
        self.admit_length(header)?;
        self.header_len = 0;
        if !start.opcode.is_control() {
            let kind = self.fragmented.unwrap_or(start.opcode);
            self.fragmented = (!start.last || self.fragmented.is_some()).then_some(kind);
        }
        Ok(Some(Frame { header, have: 0 }))
    }

    /// Reads the header up to `need` bytes. Gives whether as many are there.
    fn fill_header(&mut self, input: &mut &mut [u8], need: usize) -> bool {
        let have = usize::from(self.header_len);
        let piece = take(input, need.saturating_sub(have));
        self.header[have..have + piece.len()].copy_from_slice(piece);
        self.header_len += piece.len() as u8;
        have + piece.len() >= need
    }

    /// Checks a frame against the frames before it.
    fn admit_start(&self, start: Start) -> Result<(), Violation> {
        match (start.opcode, self.fragmented) {
            (Opcode::Continuation, None) => Err(Violation::protocol("nothing to continue")),
            (Opcode::Text | Opcode::Binary, Some(_)) => {
                Err(Violation::protocol("a message begins within another"))
            }
            _ => Ok(()),
        }
    }

    fn admit_length(&self, header: Header) -> Result<(), Violation> {
        let left = self.message_max.saturating_sub(self.message.len() + self.long.len());
        match header.start.opcode.is_control() {
            true if header.payload_len > CONTROL_MAX => {
                Err(Violation::protocol("a control frame is too long"))
            }
            false if header.payload_len > left => Err(Violation::TOO_BIG),
            _ => Ok(()),
        }
    }

    /// Copies a piece of a payload. The buffer doubles as it grows, but not beyond what the message
    /// can still need.
    fn keep(&mut self, header: Header, have: usize, piece: &[u8]) {
        let most = self.message_max;
        if !header.start.opcode.is_control() && self.is_long(header.payload_len - have) {
            return self.keep_long(header, have, piece);
        }
        let buffer = self.buffer(header.start.opcode);
        let need = buffer.len() + piece.len();
        if need > buffer.capacity() {
            let end = buffer.len() + header.payload_len - have;
            let most = if header.start.last { end } else { most };
            let capacity = (2 * buffer.capacity()).min(most).max(need);
            buffer.reserve_exact(capacity - buffer.len());
        }
        buffer.extend_from_slice(piece);
    }

    /// Whether the message is longer than `judged_max` with `more` bytes, which come in this frame.
    fn is_long(&self, more: usize) -> bool {
        !self.long.is_empty() || self.message.len() + more > self.judged_max
    }

    fn keep_long(&mut self, header: Header, have: usize, piece: &[u8]) {
        if !self.message.is_empty() {
            self.long.push(&std::mem::take(&mut self.message), self.message_max);
        }
        let most =
            if header.start.last { header.payload_len - have } else { self.message_max - self.long.len() };
        self.long.push(piece, most);
    }

    fn complete(&mut self, opcode: Opcode) -> Result<Event<'_>, Violation> {
        self.lent = Some(opcode);
        if opcode.is_control() {
            return Event::read(opcode, &self.control);
        }
        let kind = self.fragmented.take().unwrap_or(opcode);
        if !self.long.is_empty() {
            let payload = std::mem::take(&mut self.long);
            return Ok(Event::Long { is_text: kind == Opcode::Text, payload });
        }
        Event::read(kind, &self.message)
    }
}

/// Splits up to `most` bytes off the front.
fn take<'b>(input: &mut &'b mut [u8], most: usize) -> &'b mut [u8] {
    let all = std::mem::take(input);
    let (front, rest) = all.split_at_mut(most.min(all.len()));
    *input = rest;
    front
}
