//! Everything that a session wants done.

use nws_protocol::ChannelName;
use nws_protocol::link::Slot;

use crate::Work;

/// Everything that a [`Session`](crate::Session) wants done, in this order.
#[derive(Debug)]
pub enum Output {
    /// Send this frame. It must not overtake DATA that was handed to the socket before.
    Send(Vec<u8>),
    /// The other side speaks our version. What is offered before the next output is asked for is padded, what
    /// is offered later is not.
    Ready,
    /// The other side asks for so many evaluations more, to be answered by [`Input::Grant`](crate::Input::Grant) in as
    /// many parts as the rate limits want.
    Waiting(usize),
    /// Carry this out and bring back what came out by [`Input::Done`](crate::Input::Done).
    Work(Work),
    /// Both sides are in this channel. What we send in it bears `own`, what the other side sends bears `peer`.
    /// Both streams begin anew.
    Matched {
        /// The channel.
        channel: ChannelName,
        /// Our slot.
        own: Slot,
        /// The slot of the other side.
        peer: Slot,
    },
    /// The other side has left a channel that was matched: both streams are over, and what still waits to be sent
    /// with `own` must not be sent. We still offer the channel, and it may be matched again.
    Left {
        /// The channel.
        channel: ChannelName,
        /// Our slot.
        own: Slot,
        /// The slot that the other side had.
        peer: Slot,
    },
    /// The other side has said of this channel all that it knew when we asked: it is matched by now, or the other side was not in
    /// it. Said once for each
    /// [`Input::Offer`](crate::Input::Offer) that is not withdrawn before.
    Searched {
        /// The channel.
        channel: ChannelName,
    },
    /// Three quarters of the slots that this link can have are used up: a new link should replace it. Said once.
    Exhausting,
}

/// What a slot of the other side stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerSlot {
    /// The channel of our slot `own`: take the frame.
    Matched {
        /// Our slot.
        own: Slot,
    },
    /// A channel that one of the two sides has left: the frame was on its way, drop it.
    Left,
    /// Nothing that both sides know: close the link.
    Unmatched,
}
