//! Reads what a client asks for, in either framing.

use nws_protocol::binary::{self, Kind, StreamPart};
use nws_protocol::structured::{ErrorCode, Refusal, Request};

use super::Framing;
use super::said::Said;

/// Does what a client asks for, or prepares it.
pub(super) trait Serve: Sized {
    /// The result of a request.
    type Outcome;

    /// The client sends something to all others.
    fn broadcast(self, said: Said<'_>) -> Self::Outcome;

    /// The client sends something to one peer.
    fn message(self, target: &str, said: Said<'_>) -> Self::Outcome;

    /// The client sends a frame of a stream to one peer.
    fn stream(self, target: &str, stream: u32, said: Said<'_>) -> Self::Outcome;

    /// The client asks for its own id, and says whether it knows streams.
    fn status(self, knows_streams: bool) -> Self::Outcome;

    /// The client's payload is larger than allowed.
    fn too_big(self) -> Self::Outcome;

    /// The client's request is invalid.
    fn refused(self, refusal: &Refusal<'_>) -> Self::Outcome;

    /// Reads a text message whose payload may have `max` bytes.
    #[inline]
    fn text(self, framing: Framing, text: &str, max: usize) -> Self::Outcome {
        // No payload is longer than its frame.
        let may_be_too_big = text.len() > max;
        match framing {
            Framing::Raw if may_be_too_big => self.too_big(),
            Framing::Raw => self.broadcast(Said::Text(text)),
            Framing::Structured => match Request::parse(text) {
                Ok(Request::Broadcast { data } | Request::Message { data, .. })
                    if may_be_too_big && data.is_longer_than(max) =>
                {
                    self.too_big()
                }
                Ok(Request::Broadcast { data }) => self.broadcast(Said::Data(data)),
                Ok(Request::Message { target, data }) => self.message(&target, Said::Data(data)),
                Ok(Request::Stream { target, stream, data }) => {
                    self.stream(&target, stream, Said::Data(data))
                }
                Ok(Request::Status { knows_streams }) => self.status(knows_streams),
                Err(refusal) => self.refused(&refusal),
            },
        }
    }

    /// Reads a binary message whose payload may have `max` bytes.
    #[inline]
    fn binary(self, framing: Framing, bytes: &[u8], max: usize) -> Self::Outcome {
        match Binary::read(framing, bytes, bytes.len(), max) {
            Binary::ToAll { start } => self.broadcast(Said::Bytes(&bytes[start..])),
            Binary::ToPeer { target, start } => self.message(target, Said::Bytes(&bytes[start..])),
            Binary::Stream { target, stream, start } => {
                self.stream(target, stream, Said::Bytes(&bytes[start..]))
            }
            Binary::TooBig => self.too_big(),
            Binary::Refused(refusal) => self.refused(&refusal),
        }
    }
}

/// The recipients of a binary message, and the position where its payload starts.
pub(super) enum Binary<'a> {
    ToAll {
        start: usize,
    },
    ToPeer {
        target: &'a str,
        start: usize,
    },
    Stream {
        target: &'a str,
        stream: u32,
        start: usize,
    },
    /// The payload is larger than allowed.
    TooBig,
    Refused(Refusal<'static>),
}

impl<'a> Binary<'a> {
    /// Bytes of a message that [`read`](Self::read) looks at: a kind, a length and an id.
    pub(super) const HEAD_MAX: usize = 2 + u8::MAX as usize;

    /// Reads the message of `len` bytes that begins with `head`, and whose payload may have `max`
    /// bytes.
    #[inline]
    pub(super) fn read(framing: Framing, head: &'a [u8], len: usize, max: usize) -> Self {
        if framing == Framing::Raw {
            return if len > max { Self::TooBig } else { Self::ToAll { start: 0 } };
        }
        match binary::Frame::parse(head) {
            Ok(binary::Frame { kind, id, payload }) => {
                let start = head.len() - payload.len();
                match kind {
                    Kind::Stream => Self::stream(id, payload, start),
                    _ if len - start > max => Self::TooBig,
                    Kind::Broadcast if id.is_empty() => Self::ToAll { start },
                    Kind::Message => Self::ToPeer { target: id, start },
                    Kind::Broadcast => {
                        let reason = "the id of a binary broadcast must be empty";
                        Self::Refused(Refusal::new(ErrorCode::BadFrame, reason))
                    }
                }
            }
            Err(fault) => Self::Refused(Refusal::new(ErrorCode::BadFrame, fault.to_string())),
        }
    }

    fn stream(target: &'a str, payload: &[u8], start: usize) -> Self {
        match StreamPart::parse(payload) {
            Some(StreamPart { stream, .. }) => Self::Stream { target, stream, start },
            None => {
                let reason = "the payload of a binary frame of a stream is [stream: 4][flags: 1][part]";
                Self::Refused(Refusal::new(ErrorCode::BadFrame, reason))
            }
        }
    }
}
