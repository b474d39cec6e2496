//! Everything that is to be done for a session.

use nws_protocol::ChannelName;
use nws_protocol::link::Slot;

use crate::Work;

/// Everything that is to be done for a [`Session`](crate::Session), in the order in which it comes.
#[derive(Debug)]
pub enum Output {
    /// Send this frame. It must not overtake DATA that was handed to the socket before.
    Send(Vec<u8>),
    /// The other side speaks our version. Channels that are offered before the next output is asked
    /// for are padded, and later ones are not.
    Ready,
    /// The other side asks for so many more evaluations. [`Input::Grant`](crate::Input::Grant)
    /// grants them, in as many parts as the rate limits want.
    Waiting(usize),
    /// Do this work, and bring back its result by [`Input::Done`](crate::Input::Done).
    Work(Work),
    /// Both sides are in this channel. Our frames of it have the slot `own`, those of the other
    /// side have `peer`. Both streams begin anew.
    Matched {
        /// The channel.
        channel: ChannelName,
        /// Our slot.
        own: Slot,
        /// The slot of the other side.
        peer: Slot,
    },
    /// The other side has left a channel that was matched. Both streams are over, and frames with
    /// `own` that still wait must not be sent. We still offer the channel, and it may be matched
    /// again.
    Left {
        /// The channel.
        channel: ChannelName,
        /// Our slot.
        own: Slot,
        /// The slot that the other side had.
        peer: Slot,
    },
    /// The other side has said of this channel all that it knew when we asked: the channel is
    /// matched by now, or the other side was not in it. This comes once for each
    /// [`Input::Offer`](crate::Input::Offer) that is not withdrawn before.
    Searched {
        /// The channel.
        channel: ChannelName,
    },
    /// Three quarters of the slots that this link can have are used up: a new link should replace
    /// it. This comes once.
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
