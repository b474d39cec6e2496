//! Everything that can go wrong, with what to do about it.

use std::time::Duration;

/// Why something was not done, or why a channel or a stream has ended.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use networkwebsockets::{Channel, Error};
///
/// let Err(error) = Channel::open("a/b").await else { panic!("a slash is in no name") };
/// assert!(matches!(error, Error::InvalidName { .. }));
/// println!("{error}");
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The name of the channel breaks a rule.
    #[error("invalid channel name: {rule}")]
    InvalidName {
        /// The rule.
        rule: String,
    },
    /// The address of the proxy is none.
    #[error("\"{endpoint}\" is no address of a proxy, like ws://localhost:9009")]
    InvalidEndpoint {
        /// What was given.
        endpoint: String,
    },
    /// The proxy has no TLS, and the address asks for it.
    #[error(
        "a proxy has no TLS for its clients, so programs cannot use {endpoint}: give an address with ws://"
    )]
    NoTls {
        /// What was given.
        endpoint: String,
    },
    /// The origin cannot be sent.
    #[error("\"{origin}\" is no origin, like https://example.com")]
    InvalidOrigin {
        /// What was given.
        origin: String,
    },
    /// A subprotocol is no token, or was given twice, or was not offered.
    #[error("\"{protocol}\" is no subprotocol that may be given here")]
    InvalidProtocol {
        /// What was given.
        protocol: String,
    },
    /// A stream or a channel cannot be closed with this code or this reason.
    #[error("a close code is 1000 or from 3000 to 4999, and its reason has at most 123 bytes")]
    InvalidClose,
    /// There is no tokio runtime in which the connection could live.
    #[error("a channel has to be opened within a tokio runtime")]
    NoRuntime,
    /// Nothing answers.
    #[error(
        "no proxy answers at {endpoint}: start one with `nws` (or `npx @networkwebsockets/proxy`), or give its \
         address with `Channel::builder().endpoint(…)`"
    )]
    ProxyNotRunning {
        /// Where it was looked for.
        endpoint: String,
    },
    /// Another program answers.
    #[error(
        "what answers at {endpoint} is no proxy of Network Web Sockets ({answer}): is this the right port?"
    )]
    NotAProxy {
        /// Where it was looked for.
        endpoint: String,
        /// The beginning of what it said.
        answer: String,
    },
    /// The proxy speaks another protocol, or knows no streams.
    #[error("the proxy is of another version: update it, or this program")]
    VersionMismatch,
    /// The proxy or the browser does not allow the connection.
    #[error("refused: {remedy}")]
    Refused {
        /// What to do.
        remedy: String,
    },
    /// The proxy or the channel is full.
    #[error("the proxy or the channel is full, or too many names were tried: try again later")]
    LimitReached,
    /// A connection could not be made, and nothing is known of the reason.
    #[error("the proxy at {endpoint} could not be reached")]
    Unreached {
        /// Where it was looked for.
        endpoint: String,
    },
    /// The proxy has ended the connection because of what this client did.
    #[error("the proxy does not accept what this program sends: {}", said(Some(*code), reason))]
    Rejected {
        /// The close code.
        code: u16,
        /// What the proxy says.
        reason: String,
    },
    /// This client has not taken its events for too long.
    #[error("the proxy has cut this program, which read too slowly: take events all the time ({reason})")]
    SlowReader {
        /// What the proxy says.
        reason: String,
    },
    /// The connection has ended.
    #[error("the connection to the proxy was lost: {}", said(Some(*code), reason))]
    Lost {
        /// The close code; 1006 if there was none.
        code: u16,
        /// What the proxy says.
        reason: String,
    },
    /// The channel has been closed by this program.
    #[error("the channel has been closed")]
    Closed,
    /// There is no connection now.
    #[error("the channel is not connected now: wait for the event `Open`")]
    NotOpen,
    /// What was to be said is longer than the proxy takes.
    #[error("a message of {bytes} bytes is too big: the proxy takes {limit}")]
    TooBig {
        /// The bytes of the message.
        bytes: usize,
        /// The most that the proxy takes.
        limit: usize,
    },
    /// More is kept for the next connection than was allowed.
    #[error("too much waits for the next connection")]
    TooMuchQueued,
    /// JSON that is none, or that is nested too deep.
    #[error("this is no JSON, or it is nested deeper than 128")]
    InvalidJson,
    /// The peer has left.
    #[error("the peer has left")]
    PeerGone,
    /// The proxy sent something that cannot be a frame.
    #[error("the proxy sent a frame that cannot be read")]
    BadFrame,
    /// The proxy could not serve a frame. The connection goes on.
    #[error("the proxy says {code}: {reason}")]
    Fault {
        /// The kind of fault.
        code: String,
        /// The fault in words.
        reason: String,
        /// The id of the peer to which the frame went.
        target: Option<String>,
    },
    /// The peer has refused a stream.
    #[error("the peer has refused the stream: {}", said(*code, reason))]
    DialRefused {
        /// The code, if the peer gave one.
        code: Option<u16>,
        /// Its reason.
        reason: String,
    },
    /// The peer has not answered a dial.
    #[error("the peer has not answered within {} s", .patience.as_secs())]
    DialTimeout {
        /// How long it had.
        patience: Duration,
    },
    /// The peer knows no streams.
    #[error("the peer has no streams: it is a raw peer, or it is older")]
    StreamsNotSupported,
    /// There are too many streams, or too many dials wait.
    #[error("there are too many streams, or too many dials wait")]
    StreamLimit,
    /// The stream has ended, or is closing.
    #[error("the stream has ended: {}", said(Some(*code), reason))]
    StreamClosed {
        /// The close code; 1006 if there was none.
        code: u16,
        /// The reason that the peer, or this side, gave.
        reason: String,
    },
}

impl Error {
    pub(crate) fn of_name(rule: nws_protocol::InvalidChannelName) -> Self {
        Self::InvalidName { rule: rule.to_string() }
    }
}

/// A code and a reason in words, as far as there are any.
fn said(code: Option<u16>, reason: &str) -> String {
    match (code, reason) {
        (None, "") => "it gave no reason".to_owned(),
        (None, reason) => reason.to_owned(),
        (Some(code), "") => code.to_string(),
        (Some(code), reason) => format!("{code} {reason}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_without_gaps() {
        let refused = |code, reason: &str| Error::DialRefused { code, reason: reason.to_owned() }.to_string();
        assert_eq!(refused(None, ""), "the peer has refused the stream: it gave no reason");
        assert_eq!(refused(None, "busy"), "the peer has refused the stream: busy");
        assert_eq!(refused(Some(4000), "busy"), "the peer has refused the stream: 4000 busy");
        let lost = Error::Lost { code: 1006, reason: String::new() };
        assert_eq!(lost.to_string(), "the connection to the proxy was lost: 1006");
    }
}
