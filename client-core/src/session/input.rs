//! What happens to a session.

use crate::action::Action;
use crate::numbered::numbered;

/// What the owner tells. Times are in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Input {
    /// The address of the proxy is known.
    Located,
    /// The page's own function could not give the address of the proxy.
    Unlocated,
    /// The connection is open.
    Connected,
    /// A frame has come.
    Frame {
        /// What it is about.
        action: Action,
        /// The serial of the peer that it is about, if that peer has a socket.
        peer: Option<u32>,
    },
    /// Some of what was queued is larger than the proxy takes.
    TooBig,
    /// The connection has failed. [`Disconnected`](Self::Disconnected) follows, but not in every
    /// browser: Chromium and WebKit do not tell the end of a connection that they do not even try.
    Broken,
    /// The connection has ended.
    Disconnected {
        /// The code with which it was closed.
        code: u16,
        /// The time since the proxy told the own id, if it did.
        lasted: f64,
    },
    /// What is known of the way to the proxy, as bits of [`Fact`](crate::Fact).
    Facts(u32),
    /// The wait is over.
    Awake {
        /// The time since the proxy told the own id, if it did.
        lasted: f64,
    },
    /// The page closes a socket, with a code and a reason that it may give.
    Close(u32),
    /// The call in which the page closed a socket has ended.
    Left(u32),
}

numbered! {
    /// What happens: client-core/src/session/input.rs says what each means.
    pub enum InputCode {
        /// The address of the proxy is known.
        Located = 0,
        /// The page's own function could not give the address of the proxy.
        Unlocated = 1,
        /// The connection is open.
        Connected = 2,
        /// A frame with this `Action` has come; the second value is the serial of its peer, or 0.
        Frame = 3,
        /// Some of what was queued is larger than the proxy takes.
        TooBig = 4,
        /// The connection has failed.
        Broken = 5,
        /// The connection has ended with this code; the second value is the time since the own id was told.
        Disconnected = 6,
        /// What is known of the way to the proxy, as bits of `Fact`.
        Facts = 7,
        /// The wait is over; the second value is the time since the own id was told.
        Awake = 8,
        /// The page closes the socket with this serial.
        Close = 9,
        /// The call has ended in which the page closed the socket with this serial.
        Left = 10,
    }
}

impl Input {
    /// The input with a code and its values.
    #[must_use]
    pub fn of(code: InputCode, value: u32, second: f64) -> Self {
        match code {
            InputCode::Located => Self::Located,
            InputCode::Unlocated => Self::Unlocated,
            InputCode::Connected => Self::Connected,
            InputCode::Frame => {
                let peer = second as u32;
                let peer = (peer != super::ROOT).then_some(peer);
                Self::Frame { action: Action::of(value).unwrap_or(Action::Later), peer }
            }
            InputCode::TooBig => Self::TooBig,
            InputCode::Broken => Self::Broken,
            InputCode::Disconnected => Self::Disconnected { code: value as u16, lasted: second },
            InputCode::Facts => Self::Facts(value),
            InputCode::Awake => Self::Awake { lasted: second },
            InputCode::Close => Self::Close(value),
            InputCode::Left => Self::Left(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_cross_with_their_values() {
        let frame = |action, peer| Input::of(InputCode::Frame, action, peer);
        assert_eq!(frame(2, 7.0), Input::Frame { action: Action::Message, peer: Some(7) });
        assert_eq!(frame(99, 0.0), Input::Frame { action: Action::Later, peer: None });
        let ended = Input::Disconnected { code: 1006, lasted: 1.5 };
        assert_eq!(Input::of(InputCode::Disconnected, 1006, 1.5), ended);
        assert_eq!(Input::of(InputCode::Left, 3, 0.0), Input::Left(3));
    }
}
