//! Names the reasons for which links end.

use std::io;

use nws_core::{LinkCloseReason, Overdrawn};
use nws_matching::Refusal;
use nws_protocol::link::InvalidLinkFrame;
use nws_protocol::websocket::Violation;
use tokio::task::JoinError;
use tokio_tungstenite::tungstenite;

use super::intake::TooMuch;
use crate::mesh::FaultKind;
use crate::refusals::Refused;
use crate::tls::TlsError;

/// The reason why a link ended, or why a connection did not become one.
#[derive(Debug, thiserror::Error)]
pub(super) enum End {
    /// The network failed, or no program listens: before or after there was a link.
    #[error("the connection failed: {0}")]
    Network(io::Error),
    /// There was no address to dial.
    #[error("no address to dial")]
    Nobody,
    /// The other end of a link over the backbone does not have the secret of the sites.
    #[error("the other side did not prove that it has the secret of the sites")]
    Unproven,
    /// Another proxy has the name of the site at the other end.
    #[error("another proxy was there first with the name of this site")]
    Namesake,
    /// It took too long.
    #[error("no answer in time")]
    Late,
    /// The TLS handshake failed.
    #[error("TLS: {0}")]
    Tls(#[from] TlsError),
    /// The handshake of the WebSocket failed.
    #[error("WebSocket: {0}")]
    WebSocket(Box<tungstenite::Error>),
    /// The other side broke the rules of the WebSocket.
    #[error("WebSocket: {0}")]
    Violation(#[from] Violation),
    /// The other side has closed.
    #[error("the other side closed")]
    Closed,
    /// The mesh has closed it.
    #[error("closed: {}", words_of(*.0))]
    Ordered(LinkCloseReason),
    /// It did not take the orders of the mesh.
    #[error("it is stuck")]
    Stuck,
    /// The other side broke the rules of the frames.
    #[error("a bad frame: {0}")]
    Frame(#[from] InvalidLinkFrame),
    /// The other side broke the rules of matching.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// The other side used a slot of no matched channel.
    #[error("a frame for a slot that is not matched")]
    Unmatched,
    /// The message is text, or its frame is too long at this time.
    #[error("a message of another kind or length")]
    Message,
    /// The other side said far more than a proxy has to say.
    #[error(transparent)]
    TooMuch(#[from] TooMuch),
    /// Too much is kept for all links, and most of it for this one.
    #[error("what its members and messages take is the most of all links, and all take too much memory")]
    Overdrawn(Overdrawn),
    /// A channel on it was given up: it made no progress, or the other side broke the rules of its
    /// stream.
    #[error("a channel made no progress, or its stream is broken")]
    Broken,
    /// The arithmetic of matching has panicked.
    #[error("matching: {0}")]
    Arithmetic(#[from] JoinError),
    /// The system failed on this side.
    #[error("the system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
}

impl End {
    /// The kind of fault for which a dial came to nothing.
    pub(super) fn fault_of_dial(&self) -> FaultKind {
        self.fault().unwrap_or(FaultKind::NotAProxy)
    }

    /// The kind of fault for which a link has ended.
    pub(super) fn fault_of_link(&self) -> FaultKind {
        let is_of_network = matches!(self, Self::Network(_));
        self.fault().filter(|_| !is_of_network).unwrap_or(FaultKind::Ended)
    }

    fn fault(&self) -> Option<FaultKind> {
        Some(match self {
            Self::Network(error) if error.kind() == io::ErrorKind::ConnectionRefused => FaultKind::Refused,
            Self::Network(error) if error.kind() == io::ErrorKind::TimedOut => FaultKind::Silent,
            Self::Network(_) | Self::Nobody => FaultKind::Unreachable,
            Self::Late | Self::Ordered(LinkCloseReason::NoHello | LinkCloseReason::Silent) => {
                FaultKind::Silent
            }
            Self::Tls(TlsError::Own) => FaultKind::Own,
            Self::Tls(TlsError::Unexpected { .. }) => FaultKind::Stranger,
            Self::Tls(TlsError::Handshake(error)) if is_closed(error) => FaultKind::Closed,
            Self::Ordered(LinkCloseReason::Crowded) => FaultKind::TooMany,
            Self::Refused(Refusal::Version | Refusal::Suite) => FaultKind::OtherVersion,
            Self::Closed | Self::Ordered(_) => FaultKind::Ended,
            Self::Tls(_)
            | Self::Unproven
            | Self::Namesake
            | Self::WebSocket(_)
            | Self::Violation(_)
            | Self::Stuck
            | Self::Frame(_)
            | Self::Refused(_)
            | Self::Unmatched
            | Self::Message
            | Self::TooMuch(_)
            | Self::Overdrawn(_)
            | Self::Broken
            | Self::Arithmetic(_)
            | Self::Random(_) => return None,
        })
    }

    /// The kind of refusal that an end counts as, if this side had no room for the link or the
    /// other side broke the rules.
    pub(super) const fn refused(&self) -> Option<Refused> {
        match self {
            Self::Ordered(LinkCloseReason::Crowded) => Some(Refused::LinkFull),
            Self::Ordered(LinkCloseReason::NoHello) => Some(Refused::LinkHandshake),
            Self::Frame(_)
            | Self::Refused(_)
            | Self::Unmatched
            | Self::Message
            | Self::Violation(_)
            | Self::TooMuch(TooMuch::Endless)
            | Self::Broken => Some(Refused::LinkRules),
            Self::TooMuch(TooMuch::Early) => Some(Refused::LinkFlood),
            Self::Overdrawn(_) => Some(Refused::LinkMemory),
            Self::Network(_)
            | Self::Nobody
            | Self::Unproven
            | Self::Namesake
            | Self::Late
            | Self::Tls(_)
            | Self::WebSocket(_)
            | Self::Closed
            | Self::Ordered(_)
            | Self::Stuck
            | Self::Arithmetic(_)
            | Self::Random(_) => None,
        }
    }
}

impl End {
    /// Gives whether a program was there which does not want a link, or does not know how.
    pub(super) const fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Tls(TlsError::Handshake(_) | TlsError::Alpn | TlsError::Incomplete) | Self::WebSocket(_)
        )
    }

    /// Gives whether both sides do not fit, as HELLO has shown.
    pub(super) const fn is_misfit(&self) -> bool {
        matches!(self, Self::Refused(Refusal::Version | Refusal::Suite | Refusal::Slots | Refusal::Early))
    }
}

const fn words_of(reason: LinkCloseReason) -> &'static str {
    match reason {
        LinkCloseReason::Own => "it leads back to this proxy",
        LinkCloseReason::Stranger => "it leads to another proxy than the one that was dialled",
        LinkCloseReason::Duplicate => "there is another link to the same proxy",
        LinkCloseReason::Replaced => "it did not answer, and another link to the same proxy takes its place",
        LinkCloseReason::Superseded => "there is a better way to the same proxy",
        LinkCloseReason::NoHello => "the other side did not say hello in time",
        LinkCloseReason::Silent => "nothing was heard for too long",
        LinkCloseReason::Crowded => "there are too many links",
        LinkCloseReason::Exhausted => "its evaluations are used up, and a new link follows",
        LinkCloseReason::Unwanted => "the user has removed its address",
        LinkCloseReason::Shutdown => "the proxy stops",
    }
}

fn is_closed(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), UnexpectedEof | ConnectionReset | ConnectionAborted)
}

impl From<Overdrawn> for End {
    fn from(overdrawn: Overdrawn) -> Self {
        Self::Overdrawn(overdrawn)
    }
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        match error.get_ref().and_then(|cause| cause.downcast_ref()) {
            Some(&too_much) => Self::TooMuch(too_much),
            None => Self::Network(error),
        }
    }
}

impl From<tungstenite::Error> for End {
    fn from(error: tungstenite::Error) -> Self {
        if let tungstenite::Error::Io(error) = error {
            return error.into();
        }
        Self::WebSocket(Box::new(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A dial and a link fail in the same words, which must not deny that there was a link.
    #[test]
    fn a_link_that_breaks_was_a_connection() {
        let end = End::from(io::Error::other("reset"));
        assert_eq!(end.to_string(), "the connection failed: reset");
        assert_eq!(end.fault_of_link(), FaultKind::Ended);
    }

    #[test]
    fn a_dial_fails_for_the_reason_of_the_system() {
        use io::ErrorKind;
        let of = |kind: ErrorKind| End::Network(kind.into()).fault_of_dial();
        assert_eq!(of(ErrorKind::ConnectionRefused), FaultKind::Refused);
        assert_eq!(of(ErrorKind::TimedOut), FaultKind::Silent);
        assert_eq!(of(ErrorKind::NetworkUnreachable), FaultKind::Unreachable);
        let of = |kind: ErrorKind| End::Tls(TlsError::Handshake(kind.into())).fault_of_dial();
        assert_eq!(of(ErrorKind::UnexpectedEof), FaultKind::Closed);
        assert_eq!(of(ErrorKind::InvalidData), FaultKind::NotAProxy);
    }
}
