//! Messages and control frames of a client, once they are complete.

use super::{Opcode, Violation};
use crate::{CloseCode, Pieces};

/// A message or a control frame of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A text message.
    Text(&'a str),
    /// A binary message.
    Binary(&'a [u8]),
    /// A message that is longer than a decoder [checks](super::Decoder::judging). Whether a text is
    /// UTF-8 is not known yet.
    Long {
        /// Whether it is a text message, and not a binary one.
        is_text: bool,
        /// The whole payload.
        payload: Pieces,
    },
    /// A ping. It is to be answered by a pong with this payload.
    Ping(&'a [u8]),
    /// A pong.
    Pong,
    /// The client closes, with this code if it gave one.
    Close(Option<u16>),
}

impl<'a> Event<'a> {
    /// Checks a whole payload. `opcode` is that of the first frame of a message.
    pub(super) fn read(opcode: Opcode, payload: &'a [u8]) -> Result<Self, Violation> {
        match opcode {
            Opcode::Text => utf8(payload).map(Self::Text),
            Opcode::Binary | Opcode::Continuation => Ok(Self::Binary(payload)),
            Opcode::Ping => Ok(Self::Ping(payload)),
            Opcode::Pong => Ok(Self::Pong),
            Opcode::Close => close_code(payload).map(Self::Close),
        }
    }
}

fn close_code(payload: &[u8]) -> Result<Option<u16>, Violation> {
    match payload {
        [] => Ok(None),
        [_] => Err(Violation::protocol("a close code has two bytes")),
        [a, b, reason @ ..] => {
            let code = u16::from_be_bytes([*a, *b]);
            utf8(reason)?;
            match CloseCode::is_valid_on_the_wire(code) {
                true => Ok(Some(code)),
                false => Err(Violation::protocol("the close code is reserved")),
            }
        }
    }
}

/// Checks the payload of a text message.
///
/// # Errors
///
/// The payload is not UTF-8.
pub fn utf8(bytes: &[u8]) -> Result<&str, Violation> {
    simdutf8::basic::from_utf8(bytes).map_err(|_| Violation::NOT_UTF8)
}
