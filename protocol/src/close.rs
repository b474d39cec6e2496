//! Codes for the reasons for which a connection ends.

/// Every close code that a proxy sends: those of RFC 6455, section 7.4.1, and ours from the private
/// range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum CloseCode {
    /// The purpose is fulfilled.
    Normal = 1000,
    /// The proxy stops, or the client has been silent for too long.
    GoingAway = 1001,
    /// The client broke RFC 6455.
    Protocol = 1002,
    /// A message of a kind that this endpoint does not take.
    Unsupported = 1003,
    /// Text that is not UTF-8.
    InvalidPayload = 1007,
    /// A fault that has no code of its own.
    Policy = 1008,
    /// A message beyond the limit.
    TooBig = 1009,
    /// A fault of the proxy.
    Internal = 1011,
    /// The client reads too slowly.
    TryAgainLater = 1013,
    /// A web site tries too many channel names (HTTP: 429).
    TooManyNames = 4429,
    /// The proxy, or the channel, is full (HTTP: 503).
    LimitReached = 4503,
}

impl CloseCode {
    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// Whether a peer may put `code` into a close frame (RFC 6455, section 7.4; 1012 to 1014 are in
    /// the IANA registry).
    #[must_use]
    pub const fn is_valid_on_the_wire(code: u16) -> bool {
        matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
    }

    /// Whether a page may pass `code` to `close()` (WHATWG WebSockets, section 3.1).
    #[must_use]
    pub const fn is_allowed_to_pages(code: u16) -> bool {
        matches!(code, 1000 | 3000..=4999)
    }
}
