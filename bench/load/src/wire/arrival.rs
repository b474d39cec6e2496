//! The units that come from a server, and its violations of the protocol.

use std::borrow::Cow;

/// The meaning of a unit from the server.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Arrival<'a> {
    /// The server has accepted the connection.
    Joined,
    /// This is the client's own id.
    Name(Cow<'a, [u8]>),
    Here(Cow<'a, [u8]>),
    Gone(Cow<'a, [u8]>),
    Data(Data<'a>),
    Ping(&'a [u8]),
    Pong,
    /// A unit that has nothing to check.
    Aside,
    Close(u16),
}

/// A delivery. A field that the framing does not have is absent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Data<'a> {
    pub(crate) is_direct: Option<bool>,
    pub(crate) source: Option<Cow<'a, [u8]>>,
    pub(crate) target: Option<Cow<'a, [u8]>>,
    pub(crate) data: Cow<'a, [u8]>,
}

/// A violation of the protocol by the server.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Broken {
    #[error("the server refused the connection: {0}")]
    Refused(String),
    #[error("the answer to the upgrade has the wrong Sec-WebSocket-Accept")]
    Accept,
    #[error("a frame that begins with {0:#04x} {1:#04x}, which no server sends to this client")]
    Frame(u8, u8),
    #[error("a frame of {0} bytes, which is more than any message here")]
    TooLong(u64),
    #[error("a text that is not a structured frame: {0}")]
    Unstructured(String),
    #[error("an error frame: {0}")]
    Error(String),
    #[error("a binary frame without an envelope")]
    Envelope,
    #[error("a payload in the other framing")]
    OtherFraming,
}

impl<'a> Data<'a> {
    /// A delivery without an envelope.
    pub(super) fn bare(data: &'a [u8]) -> Self {
        Self { is_direct: None, source: None, target: None, data: data.into() }
    }
}
