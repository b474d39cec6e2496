//! Names the actions of frames.

/// The actions of the wire, by the facade's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Action {
    Broadcast = 1,
    Message,
    Connect,
    Disconnect,
    Status,
    Error,
    /// The frame cannot be read.
    Unreadable,
    Welcome,
    /// A frame of a stream, which this core knows nothing of.
    Stream,
}

impl Action {
    /// The action with a number. A later proxy may send others.
    pub(crate) const fn of(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Broadcast,
            2 => Self::Message,
            3 => Self::Connect,
            4 => Self::Disconnect,
            5 => Self::Status,
            6 => Self::Error,
            7 => Self::Unreadable,
            8 => Self::Welcome,
            9 => Self::Stream,
            _ => return None,
        })
    }
}
