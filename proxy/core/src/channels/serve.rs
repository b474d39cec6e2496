//! Reads what a client asks for, in either framing.

use nws_protocol::binary::{self, Kind};
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

    /// The client asks for its own id.
    fn status(self) -> Self::Outcome;

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
                Ok(Request::Status) => self.status(),
                Err(refusal) => self.refused(&refusal),
            },
        }
    }

    /// Reads a binary message whose payload may have `max` bytes.
    #[inline]
    fn binary(self, framing: Framing, bytes: &[u8], max: usize) -> Self::Outcome {
        if framing == Framing::Raw {
            return if bytes.len() > max { self.too_big() } else { self.broadcast(Said::Bytes(bytes)) };
        }
        match binary::Frame::parse(bytes) {
            Ok(binary::Frame { payload, .. }) if payload.len() > max => self.too_big(),
            Ok(binary::Frame { kind: Kind::Broadcast, id: "", payload }) => {
                self.broadcast(Said::Bytes(payload))
            }
            Ok(binary::Frame { kind: Kind::Message, id, payload }) => self.message(id, Said::Bytes(payload)),
            Ok(binary::Frame { kind: Kind::Broadcast, .. }) => {
                let reason = "the id of a binary broadcast must be empty";
                self.refused(&Refusal::new(ErrorCode::BadFrame, reason))
            }
            Err(fault) => self.refused(&Refusal::new(ErrorCode::BadFrame, fault.to_string())),
        }
    }
}
