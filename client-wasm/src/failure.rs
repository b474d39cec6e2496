//! Why a socket failed, in a word for programs and a sentence for people.

use nws_protocol::CloseCode;

/// What an `error` event says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) reason: &'static str,
    pub(crate) message: &'static str,
}

/// What nothing is known about.
pub(crate) const UNKNOWN: &str = "unknown";

/// The proxy sent what cannot be a frame.
pub(crate) const BAD_FRAME: Failure =
    Failure { reason: "bad-frame", message: "The proxy sent a frame that cannot be read." };

/// The page closed the socket before it was open.
pub(crate) const ABANDONED: Failure =
    Failure { reason: UNKNOWN, message: "The socket was closed before it was open." };

/// The connection broke.
pub(crate) const BROKEN: Failure = Failure { reason: UNKNOWN, message: "The connection to the proxy broke." };

/// Whether trying again may help.
pub(crate) fn may_pass(reason: &str) -> bool {
    matches!(reason, "proxy-not-running" | "limit" | UNKNOWN)
}

impl Failure {
    /// Why a connection that ended with `code` never opened.
    pub(crate) const fn to_open(code: u16) -> Self {
        const NAMES: u16 = CloseCode::TooManyNames.number();
        const FULL: u16 = CloseCode::LimitReached.number();
        match code {
            NAMES => Self { reason: "limit", message: "This site has tried too many channel names." },
            FULL => Self { reason: "limit", message: "The proxy or the channel is full." },
            _ => Self { reason: UNKNOWN, message: "The proxy could not be reached." },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_named() {
        assert_eq!(Failure::to_open(4429).reason, "limit");
        assert_eq!(Failure::to_open(4503).reason, "limit");
        assert_eq!(Failure::to_open(1006).reason, "unknown");
    }
}
