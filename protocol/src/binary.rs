//! Binary frames: `[kind: 1 byte][n: 1 byte][id: n bytes][payload]`.
//!
//! In a frame to the proxy the id is that of the target, and empty for a broadcast. In a frame from
//! the proxy it is that of the source.

/// The recipients of a binary frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// All other peers of the channel.
    Broadcast = 1,
    /// One peer.
    Message = 2,
    /// One peer, on a stream between the two: the payload is a [`StreamPart`].
    Stream = 3,
}

/// A binary frame, borrowed from the bytes in which it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The recipients.
    pub kind: Kind,
    /// The target or the source.
    pub id: &'a str,
    /// The payload.
    pub payload: &'a [u8],
}

/// The reason why bytes are not a [`Frame`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFrame {
    /// It ends before its payload begins.
    #[error("a binary frame is [kind][n][id: n bytes][payload]")]
    Short,
    /// Its first byte is no kind.
    #[error("the kind of a binary frame must be 1 (broadcast), 2 (message) or 3 (stream)")]
    Kind,
    /// Its id is not UTF-8.
    #[error("the id of a binary frame must be UTF-8")]
    Id,
}

impl<'a> Frame<'a> {
    /// Reads a frame.
    ///
    /// # Errors
    ///
    /// The reason why `bytes` are not a frame.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, InvalidFrame> {
        let [kind, n, rest @ ..] = bytes else { return Err(InvalidFrame::Short) };
        let kind = match kind {
            1 => Kind::Broadcast,
            2 => Kind::Message,
            3 => Kind::Stream,
            _ => return Err(InvalidFrame::Kind),
        };
        let (id, payload) = rest.split_at_checked(usize::from(*n)).ok_or(InvalidFrame::Short)?;
        let id = std::str::from_utf8(id).map_err(|_| InvalidFrame::Id)?;
        Ok(Self { kind, id, payload })
    }

    /// The bytes before the id. The id is at most 255 bytes long, as every peer id is.
    #[must_use]
    pub fn head(&self) -> [u8; 2] {
        debug_assert!(self.id.len() <= usize::from(u8::MAX));
        [self.kind as u8, self.id.len() as u8]
    }

    /// The whole frame.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [&self.head(), self.id.as_bytes(), self.payload].concat()
    }
}

/// The payload of a binary frame of a stream: `[stream: 4 bytes][flags: 1 byte][part of a message]`.
/// Proxies read the number of the stream only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamPart<'a> {
    /// The number of the stream, as the sender of the frame writes it.
    pub stream: u32,
    /// Whether further parts of the same message follow: bit 0 of the flags. The others are for
    /// later versions.
    pub has_more: bool,
    /// The bytes of the part.
    pub bytes: &'a [u8],
}

impl<'a> StreamPart<'a> {
    /// Bytes before those of the part.
    pub const HEAD_LEN: usize = 5;

    /// Reads the payload of a frame; `None` if it is shorter than its head.
    #[must_use]
    pub fn parse(payload: &'a [u8]) -> Option<Self> {
        let (stream, rest) = payload.split_first_chunk()?;
        let (flags, bytes) = rest.split_first()?;
        Some(Self { stream: u32::from_be_bytes(*stream), has_more: flags & 1 != 0, bytes })
    }

    /// The payload.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [&self.head()[..], self.bytes].concat()
    }

    /// The frame that carries it to this peer.
    #[must_use]
    pub fn frame(&self, id: &str) -> Vec<u8> {
        let frame = Frame { kind: Kind::Stream, id, payload: self.bytes };
        [&frame.head()[..], id.as_bytes(), &self.head(), self.bytes].concat()
    }

    fn head(&self) -> [u8; StreamPart::HEAD_LEN] {
        let [a, b, c, d] = self.stream.to_be_bytes();
        [a, b, c, d, u8::from(self.has_more)]
    }
}
