//! Everything that can happen to a session.

use nws_protocol::ChannelName;

use crate::Finished;

/// Everything that can happen to a [`Session`](crate::Session).
#[derive(Debug)]
pub enum Input<'a> {
    /// The other side sent this frame, which is here whole. It is not DATA, not CREDIT and not of
    /// an unknown kind.
    Frame(&'a [u8]),
    /// We are in this channel from now on. This does nothing if we were. Channels that are offered
    /// before outputs are asked for again go together. A channel is kept until it is withdrawn,
    /// whether there is a slot for it or not.
    Offer(ChannelName),
    /// No client of ours is in this channel, but perhaps soon again. The channel keeps the slot
    /// that it has, and gets none until it is offered anew. This does nothing if we were not in it.
    Linger(ChannelName),
    /// We have left this channel. This does nothing if we were not in it.
    Withdraw(ChannelName),
    /// So many more of the evaluations that the other side waits for may be done.
    Grant(usize),
    /// A [`Work`](crate::Work) is done.
    Done(Finished),
}
