//! Routes frames between a link and the shards: each stream leads to the shard of its channel.

use std::cell::RefCell;
use std::collections::HashMap;

use nws_core::{LinkStreams, StreamId, Transmit};
use nws_protocol::ChannelName;
use nws_protocol::link::Slot;
use tokio::sync::mpsc;

use crate::shard::FromLink;

/// Messages that may wait for a shard. While there are so many, the link is not read.
const FROM_LINK: usize = 64;

/// Frames of each shard that may wait to be written. What does not fit waits in the outboxes of the
/// shard, where it counts.
const TO_LINK: usize = 8;

/// The streams of one link, and the shards that have their channels.
#[derive(Default)]
pub(super) struct Routes {
    streams: RefCell<LinkStreams<mpsc::Sender<FromLink>>>,
    /// The shards that own channels of this link, by their numbers.
    shards: RefCell<HashMap<usize, mpsc::Sender<FromLink>>>,
}

/// The shard has ended, or has closed its side of the link.
pub(super) struct ShardGone;

/// The shard's ends of the two queues between a link and a shard.
pub(super) struct ShardEnds {
    pub(super) from: mpsc::Receiver<FromLink>,
    pub(super) to: mpsc::Sender<Transmit>,
}

impl Routes {
    /// Connects the link with a shard; `None` if they are connected already. The receiver gets what
    /// the shard sends.
    pub(super) fn connect(&self, shard: usize) -> Option<(ShardEnds, mpsc::Receiver<Transmit>)> {
        let mut shards = self.shards.borrow_mut();
        if shards.contains_key(&shard) {
            return None;
        }
        let (sender, from) = mpsc::channel(FROM_LINK);
        let (to, outgoing) = mpsc::channel(TO_LINK);
        shards.insert(shard, sender);
        Some((ShardEnds { from, to }, outgoing))
    }

    /// Opens a stream whose channel belongs to a connected shard.
    pub(super) async fn open(
        &self,
        channel: ChannelName,
        (own, theirs): (Slot, Slot),
        shard: usize,
    ) -> Result<(), ShardGone> {
        let port = self.shards.borrow().get(&shard).cloned().ok_or(ShardGone)?;
        let stream = self.streams.borrow_mut().open(channel.clone(), theirs, port.clone());
        send(port, FromLink::Opened { stream, slot: own, channel }).await
    }

    /// Closes the stream of a channel, if there is one.
    pub(super) async fn close(&self, channel: &ChannelName) -> Result<(), ShardGone> {
        let closed = self.streams.borrow_mut().close(channel);
        match closed {
            Some((stream, port)) => send(port, FromLink::Closed { stream }).await,
            None => Ok(()),
        }
    }

    /// Whether a stream has this slot of the other side.
    pub(super) fn has(&self, their_slot: Slot) -> bool {
        self.streams.borrow().find(their_slot).is_some()
    }

    /// Passes on what comes with the slot `their_slot` of the other side, if a stream has it. Gives
    /// whether the shard had no room for it at once.
    pub(super) async fn pass_on(
        &self,
        their_slot: Slot,
        event: impl FnOnce(StreamId) -> FromLink,
    ) -> Result<bool, ShardGone> {
        let (event, port) = {
            let streams = self.streams.borrow();
            let Some((stream, port)) = streams.find(their_slot) else { return Ok(false) };
            match port.try_send(event(stream)) {
                Ok(()) => return Ok(false),
                Err(error) => (error.into_inner(), port.clone()),
            }
        };
        send(port, event).await.map(|()| true)
    }

    /// Gives whether a frame of this stream may be sent.
    pub(super) fn is_open(&self, stream: StreamId) -> bool {
        self.streams.borrow().is_open(stream)
    }
}

async fn send(port: mpsc::Sender<FromLink>, event: FromLink) -> Result<(), ShardGone> {
    port.send(event).await.map_err(|_| ShardGone)
}
