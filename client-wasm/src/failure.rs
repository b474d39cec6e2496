//! Names the reasons why a socket failed. Their texts, for programs and for users, are in
//! polyfill/src/failures.ts.

use nws_protocol::CloseCode;

/// The reason in an `error` event. The facade's list has the same order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Failure {
    /// The proxy sent something that cannot be a frame.
    BadFrame,
    /// The page closed the socket before it was open.
    Abandoned,
    /// The connection broke.
    Broken,
    /// The page's own function could not give the address of the proxy.
    NoEndpoint,
    /// A connection could not be made, and no obstacle is known.
    Unreached,
    /// The site has tried too many names, or the proxy or the channel is full.
    Limit,
    /// The page sent more in one message than the proxy accepts.
    TooBig,
    /// The proxy does not accept what the page sent.
    Rejected,
    /// No proxy answers.
    ProxyNotRunning,
    /// No proxy answers, and requests to this machine are sent to another one.
    Detoured,
    /// Content-Security-Policy or the browser forbids the connection.
    Blocked,
    /// The embedding page has not passed its permission on.
    BlockedFrame,
    /// The proxy speaks another protocol.
    VersionMismatch,
    /// The proxy does not serve this origin.
    OriginNotAllowed,
    /// The page came by http from another machine.
    InsecureContext,
    /// The user has not allowed it.
    PermissionDenied,
}

/// The facts that the facade can know about the way to a proxy, as bits: `Fact` in
/// polyfill/src/numbers.ts.
pub(crate) mod fact {
    /// Content-Security-Policy or the browser forbids the connection.
    pub(crate) const BARRED: u32 = 1;
    /// The browser has not allowed the page to connect to programs on this machine.
    pub(crate) const UNGRANTED: u32 = 2;
    /// The page came by http from another machine.
    pub(crate) const INSECURE: u32 = 4;
    /// The embedding page has not passed its permission on.
    pub(crate) const EMBEDDED: u32 = 8;
    /// The program that answers is a proxy of this protocol, or takes too long to tell.
    pub(crate) const PRESENT: u32 = 16;
    /// It does not serve this origin.
    pub(crate) const REFUSED: u32 = 32;
    /// It is a proxy of another protocol.
    pub(crate) const FOREIGN: u32 = 64;
    /// Requests to this machine are sent to another one.
    pub(crate) const DETOURED: u32 = 128;
}

impl Failure {
    /// What the `code` with which the proxy ended a connection says about the page or the proxy.
    /// Most codes say nothing.
    pub(crate) const fn of_code(code: u16) -> Option<Self> {
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
    pub(crate) fn of_facts(facts: u32) -> Option<Self> {
        let table = [
            (fact::BARRED, Some(Self::Blocked)),
            (fact::FOREIGN, Some(Self::VersionMismatch)),
            (fact::REFUSED, Some(Self::OriginNotAllowed)),
            (fact::PRESENT, None),
            (fact::INSECURE, Some(Self::InsecureContext)),
            (fact::EMBEDDED, Some(Self::BlockedFrame)),
            (fact::UNGRANTED, Some(Self::PermissionDenied)),
            (fact::DETOURED, Some(Self::Detoured)),
        ];
        let first = table.into_iter().find(|(fact, _)| facts & fact != 0);
        first.map_or(Some(Self::ProxyNotRunning), |(_, failure)| failure)
    }

    /// Gives whether another attempt may succeed.
    pub(crate) fn may_pass(self) -> bool {
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
            | Self::PermissionDenied => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fact::{BARRED, DETOURED, EMBEDDED, FOREIGN, INSECURE, PRESENT, REFUSED, UNGRANTED};
    use super::*;

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
