//! Names the reasons why a socket failed.

use nws_protocol::CloseCode;

use crate::numbered::numbered;

/// Stands for the page's origin in a sentence.
pub const ORIGIN: &str = "{origin}";

numbered! {
    /// Why a socket failed.
    pub enum Failure {
        /// The proxy sent something that cannot be a frame.
        BadFrame = 0,
        /// The page closed the socket before it was open.
        Abandoned = 1,
        /// The connection broke.
        Broken = 2,
        /// The page's own function could not give the address of the proxy.
        NoEndpoint = 3,
        /// A connection could not be made, and no obstacle is known.
        Unreached = 4,
        /// The site has tried too many names, or the proxy or the channel is full.
        Limit = 5,
        /// The page sent more in one message than the proxy accepts.
        TooBig = 6,
        /// The proxy does not accept what the page sent.
        Rejected = 7,
        /// No proxy answers.
        ProxyNotRunning = 8,
        /// No proxy answers, and requests to this machine are sent to another one.
        Detoured = 9,
        /// Content-Security-Policy or the browser forbids the connection.
        Blocked = 10,
        /// The embedding page has not passed its permission on.
        BlockedFrame = 11,
        /// The proxy speaks another protocol.
        VersionMismatch = 12,
        /// The proxy does not serve this origin.
        OriginNotAllowed = 13,
        /// The page came by http from another machine.
        InsecureContext = 14,
        /// The user has not allowed it.
        PermissionDenied = 15,
        /// The page forbids WebAssembly, so there is no core that could say so.
        NoCore = 16,
    }
}

numbered! {
    /// What can be known of the way to a proxy, as bits.
    pub enum Fact {
        /// Content-Security-Policy or the browser forbids the connection.
        Barred = 1,
        /// The browser has not allowed the page to connect to programs on this machine.
        Ungranted = 2,
        /// The page came by http from another machine.
        Insecure = 4,
        /// The embedding page has not passed its permission on.
        Embedded = 8,
        /// The program that answers is a proxy of this protocol, or takes too long to tell.
        Present = 16,
        /// It does not serve this origin.
        Refused = 32,
        /// It is a proxy of another protocol.
        Foreign = 64,
        /// Requests to this machine are sent to another one.
        Detoured = 128,
    }
}

impl Failure {
    /// What the `code` with which the proxy ended a connection says about the page or the proxy.
    /// Most codes say nothing.
    #[must_use]
    pub const fn of_code(code: u16) -> Option<Self> {
        const PROTOCOL: u16 = CloseCode::Protocol.number();
        const UNSUPPORTED: u16 = CloseCode::Unsupported.number();
        const INVALID: u16 = CloseCode::InvalidPayload.number();
        const POLICY: u16 = CloseCode::Policy.number();
        const TOO_BIG: u16 = CloseCode::TooBig.number();
        const NAMES: u16 = CloseCode::TooManyNames.number();
        const FULL: u16 = CloseCode::LimitReached.number();
        match code {
            PROTOCOL | UNSUPPORTED | INVALID | POLICY => Some(Self::Rejected),
            TOO_BIG => Some(Self::TooBig),
            NAMES | FULL => Some(Self::Limit),
            _ => None,
        }
    }

    /// The reason why no connection can be made, if the facts explain it.
    #[must_use]
    pub fn of_facts(facts: u32) -> Option<Self> {
        let table = [
            (Fact::Barred, Some(Self::Blocked)),
            (Fact::Foreign, Some(Self::VersionMismatch)),
            (Fact::Refused, Some(Self::OriginNotAllowed)),
            (Fact::Present, None),
            (Fact::Insecure, Some(Self::InsecureContext)),
            (Fact::Embedded, Some(Self::BlockedFrame)),
            (Fact::Ungranted, Some(Self::PermissionDenied)),
            (Fact::Detoured, Some(Self::Detoured)),
        ];
        let first = table.into_iter().find(|(fact, _)| facts & fact.number() != 0);
        first.map_or(Some(Self::ProxyNotRunning), |(_, failure)| failure)
    }

    /// The reason in a word, for programs: the `reason` of an `error` event.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::BadFrame => "bad-frame",
            Self::Abandoned | Self::Broken | Self::NoEndpoint | Self::Unreached => "unknown",
            Self::Limit => "limit",
            Self::TooBig => "message-too-big",
            Self::Rejected => "rejected",
            Self::ProxyNotRunning | Self::Detoured => "proxy-not-running",
            Self::Blocked | Self::BlockedFrame | Self::NoCore => "blocked",
            Self::VersionMismatch => "version-mismatch",
            Self::OriginNotAllowed => "origin-not-allowed",
            Self::InsecureContext => "insecure-context",
            Self::PermissionDenied => "permission-denied",
        }
    }

    /// The reason in a sentence, for people; none where the page's own function said what it was.
    /// [`ORIGIN`] in it stands for the page's origin.
    #[must_use]
    pub const fn sentence(self) -> Option<&'static str> {
        Some(match self {
            Self::BadFrame => "The proxy sent a frame that cannot be read.",
            Self::Abandoned => "The socket was closed before it was open.",
            Self::Broken => "The connection to the proxy broke.",
            Self::NoEndpoint => return None,
            Self::Unreached => "The proxy could not be reached.",
            Self::Limit => {
                "The proxy is full, or this site has tried too many channel names: try again later."
            }
            Self::TooBig => "A message is larger than the proxy takes: send smaller ones.",
            Self::Rejected => "The proxy does not accept what this page sends.",
            Self::ProxyNotRunning => "No proxy answers: start it with the command nws.",
            Self::Detoured => "No proxy answers: NODE_USE_ENV_PROXY needs NO_PROXY=localhost.",
            Self::Blocked => "This browser or the page's Content-Security-Policy (connect-src) forbids it.",
            Self::BlockedFrame => "The frame of this page needs allow=\"loopback-network\".",
            Self::VersionMismatch => "The proxy is of another version: update it.",
            Self::OriginNotAllowed => {
                "The proxy does not serve this site: start it with --allow-origin {origin}."
            }
            Self::InsecureContext => "Open this page by https: others may not reach this device.",
            Self::PermissionDenied => {
                "Allow this site to reach apps on this device: in the site settings, left of the address."
            }
            Self::NoCore => "The page's Content-Security-Policy (script-src) must allow 'wasm-unsafe-eval'.",
        })
    }

    /// Gives whether another attempt may succeed.
    #[must_use]
    pub fn may_pass(self) -> bool {
        match self {
            Self::BadFrame
            | Self::Abandoned
            | Self::Broken
            | Self::NoEndpoint
            | Self::Unreached
            | Self::Limit
            | Self::ProxyNotRunning
            | Self::Detoured => true,
            Self::TooBig
            | Self::Rejected
            | Self::Blocked
            | Self::BlockedFrame
            | Self::VersionMismatch
            | Self::OriginNotAllowed
            | Self::InsecureContext
            | Self::PermissionDenied
            | Self::NoCore => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARRED: u32 = Fact::Barred.number();
    const UNGRANTED: u32 = Fact::Ungranted.number();
    const INSECURE: u32 = Fact::Insecure.number();
    const EMBEDDED: u32 = Fact::Embedded.number();
    const PRESENT: u32 = Fact::Present.number();
    const REFUSED: u32 = Fact::Refused.number();
    const FOREIGN: u32 = Fact::Foreign.number();
    const DETOURED: u32 = Fact::Detoured.number();

    #[test]
    fn codes_give_reasons() {
        for (codes, failure) in [
            (&[1002, 1003, 1007, 1008][..], Some(Failure::Rejected)),
            (&[1009], Some(Failure::TooBig)),
            (&[4429, 4503], Some(Failure::Limit)),
            (&[1000, 1001, 1005, 1006, 1011, 1012, 1013, 3000, 4000, 4999], None),
        ] {
            for code in codes {
                assert_eq!(Failure::of_code(*code), failure, "{code}");
            }
        }
    }

    #[test]
    fn facts_give_reasons() {
        let table = [
            (0, Some(Failure::ProxyNotRunning)),
            (PRESENT, None),
            (FOREIGN, Some(Failure::VersionMismatch)),
            (REFUSED, Some(Failure::OriginNotAllowed)),
            (UNGRANTED, Some(Failure::PermissionDenied)),
            (UNGRANTED | INSECURE, Some(Failure::InsecureContext)),
            (UNGRANTED | INSECURE | EMBEDDED, Some(Failure::InsecureContext)),
            (UNGRANTED | EMBEDDED, Some(Failure::BlockedFrame)),
            (DETOURED, Some(Failure::Detoured)),
            (DETOURED | PRESENT, None),
            (BARRED, Some(Failure::Blocked)),
            (BARRED | UNGRANTED, Some(Failure::Blocked)),
        ];
        for (facts, failure) in table {
            assert_eq!(Failure::of_facts(facts), failure, "{facts}");
        }
    }

    #[test]
    fn an_answer_outweighs_what_the_browser_says() {
        for doubt in [UNGRANTED, UNGRANTED | INSECURE, UNGRANTED | EMBEDDED] {
            assert_eq!(Failure::of_facts(doubt | PRESENT), None);
            assert_eq!(Failure::of_facts(doubt | FOREIGN), Some(Failure::VersionMismatch));
            assert_eq!(Failure::of_facts(doubt | REFUSED), Some(Failure::OriginNotAllowed));
        }
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        assert!(Failure::of_facts(0).is_some_and(Failure::may_pass));
        assert!(Failure::Limit.may_pass() && Failure::NoEndpoint.may_pass());
        assert!(!Failure::TooBig.may_pass() && !Failure::Rejected.may_pass());
        for lasting in [BARRED, FOREIGN, REFUSED, UNGRANTED, UNGRANTED | INSECURE, UNGRANTED | EMBEDDED] {
            assert!(Failure::of_facts(lasting).is_some_and(|failure| !failure.may_pass()), "{lasting}");
        }
    }
}
