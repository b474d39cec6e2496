//! Why a command ends before it has done everything, and with which exit status.

use std::process::ExitCode;

use networkwebsockets::{Closed, Error};

/// The exit statuses besides 0. `--help` and docs/command.md list them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// It failed.
    Failed = 1,
    /// The command line is not valid.
    Usage = 2,
    /// No proxy answers, or none that is of use.
    NoProxy = 3,
    /// The proxy refuses: an origin, a limit, a message that is too big.
    Refused = 4,
    /// Nobody is there, or not the peer that is wanted.
    Unknown = 5,
    /// It was interrupted, or took too long.
    Interrupted = 6,
}

impl Status {
    pub(crate) const fn number(self) -> u8 {
        self as u8
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        status.number().into()
    }
}

/// The end of a command.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// With a sentence that says why.
    Failure(Status, String),
    /// Nobody reads standard output any more. That is no fault, and nobody is told.
    OutputClosed,
}

impl Stop {
    pub(crate) fn failed(sentence: impl Into<String>) -> Self {
        Self::Failure(Status::Failed, sentence.into())
    }

    pub(crate) fn usage(sentence: impl Into<String>) -> Self {
        Self::Failure(Status::Usage, sentence.into())
    }

    pub(crate) fn unknown(sentence: impl Into<String>) -> Self {
        Self::Failure(Status::Unknown, sentence.into())
    }

    pub(crate) fn interrupted(sentence: impl Into<String>) -> Self {
        Self::Failure(Status::Interrupted, sentence.into())
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failure(status_of(&error), sentence_of(&error))
    }
}

/// The channel has ended, and this program has not asked for it.
impl From<Closed> for Stop {
    fn from(closed: Closed) -> Self {
        let Closed { code, reason, error, .. } = closed;
        match error {
            Some(error @ Error::Lost { .. }) | Some(error @ Error::Rejected { .. }) => error.into(),
            Some(error) => {
                let Self::Failure(status, sentence) = Self::from(error) else { return Self::OutputClosed };
                let reason = if reason.is_empty() { String::new() } else { format!(" {reason}") };
                Self::Failure(status, format!("{sentence} (closed with {code}{reason})"))
            }
            None => Self::failed(format!("the channel was closed with {code} {reason}").trim_end()),
        }
    }
}

fn status_of(error: &Error) -> Status {
    match error {
        Error::InvalidName { .. } | Error::InvalidEndpoint { .. } => Status::Usage,
        Error::ProxyNotRunning { .. }
        | Error::NotAProxy { .. }
        | Error::Unreached { .. }
        | Error::VersionMismatch => Status::NoProxy,
        Error::Refused { .. } | Error::LimitReached | Error::Rejected { .. } | Error::TooBig { .. } => {
            Status::Refused
        }
        Error::Fault { code, .. } if code == "unknown-target" => Status::Unknown,
        Error::Fault { code, .. } if ["limit", "not-admitted"].contains(&code.as_str()) => Status::Refused,
        Error::PeerGone => Status::Unknown,
        Error::DialTimeout { .. } => Status::Interrupted,
        _ => Status::Failed,
    }
}

fn sentence_of(error: &Error) -> String {
    match error {
        Error::ProxyNotRunning { endpoint } if !endpoint.contains("://") => format!(
            "no proxy answers at {endpoint}: start one with `nws --unix {endpoint}` in another terminal, or name \
             the socket that it has"
        ),
        Error::ProxyNotRunning { endpoint } => format!(
            "no proxy answers at {endpoint}: start one with `nws` in another terminal, or keep one running with \
             `nws service install`"
        ),
        Error::Unreached { endpoint } => {
            format!("the proxy at {endpoint} could not be reached: is it still running?")
        }
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(error: Error) -> u8 {
        status_of(&error).number()
    }

    #[test]
    fn each_kind_of_error_has_its_status() {
        let endpoint = || "ws://localhost:9009".to_owned();
        assert_eq!(status(Error::InvalidName { rule: String::new() }), 2);
        assert_eq!(status(Error::ProxyNotRunning { endpoint: endpoint() }), 3);
        assert_eq!(status(Error::NotAProxy { endpoint: endpoint(), answer: String::new() }), 3);
        assert_eq!(status(Error::LimitReached), 4);
        assert_eq!(status(Error::PeerGone), 5);
        let fault = |code: &str| Error::Fault { code: code.to_owned(), reason: String::new(), target: None };
        assert_eq!(status(fault("unknown-target")), 5);
        assert_eq!(status(fault("not-admitted")), 4);
        assert_eq!(status(fault("bad-frame")), 1);
        assert_eq!(status(Error::Lost { code: 1006, reason: String::new() }), 1);
    }

    #[test]
    fn without_a_proxy_the_sentence_says_how_to_start_one() {
        let sentence = sentence_of(&Error::ProxyNotRunning { endpoint: "ws://localhost:1".to_owned() });
        assert!(sentence.contains("ws://localhost:1") && sentence.contains("`nws`"), "{sentence}");
    }
}
