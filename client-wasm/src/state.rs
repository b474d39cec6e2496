//! The states of a socket.

/// The four states of a WebSocket, in the order in which it passes through them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ReadyState {
    Connecting,
    Open,
    Closing,
    Closed,
}

impl ReadyState {
    /// The state with a number that a browser or [`number`](Self::number) gave.
    pub(crate) const fn of(number: u16) -> Self {
        match number {
            0 => Self::Connecting,
            1 => Self::Open,
            2 => Self::Closing,
            _ => Self::Closed,
        }
    }

    /// Does the same, and gives `None` for 4: there is no such socket.
    pub(crate) fn of_known(number: u16) -> Option<Self> {
        (number < 4).then(|| Self::of(number))
    }

    pub(crate) const fn number(self) -> u16 {
        self as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_dom() {
        let numbers = [0, 1, 2, 3].map(|number| ReadyState::of(number).number());
        assert_eq!(numbers, [0, 1, 2, 3]);
        assert!(ReadyState::Connecting < ReadyState::Closed);
    }
}
