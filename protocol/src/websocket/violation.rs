//! Faults for which a connection ends.

use crate::CloseCode;

/// A fault of a client. The connection has to be closed with this code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Violation {
    /// The code of the close frame.
    pub code: CloseCode,
    /// The fault in words, at most 123 bytes.
    pub reason: &'static str,
}

impl Violation {
    /// A message is larger than it may be.
    pub const TOO_BIG: Self = Self { code: CloseCode::TooBig, reason: "the message is too big" };
    pub(super) const NOT_UTF8: Self =
        Self { code: CloseCode::InvalidPayload, reason: "the text is not UTF-8" };

    pub(super) const fn protocol(reason: &'static str) -> Self {
        Self { code: CloseCode::Protocol, reason }
    }
}
