//! Everything that can happen to a session.

use nws_protocol::ChannelName;

use crate::Finished;

/// Everything that can happen to a [`Session`](crate::Session).
#[derive(Debug)]
pub enum Input<'a> {
    /// The other side sent a frame other than DATA, CREDIT and those that are not known: all of it.
    Frame(&'a [u8]),
    /// We are in this channel from now on; no-op when we were. What is offered before outputs are asked for again goes
    /// together. It is kept until it is withdrawn, whether there is a slot for it or not.
    Offer(ChannelName),
    /// Nobody of ours is in this channel, but perhaps soon again: it keeps the slot that it has, and gets none until it is
    /// offered anew. No-op when we were not in it.
    Linger(ChannelName),
    /// We have left this channel; no-op when we were not in it.
    Withdraw(ChannelName),
    /// So many more of the evaluations that the other side waits for may be done.
    Grant(usize),
    /// A [`Work`](crate::Work) has been carried out.
    Done(Finished),
}
