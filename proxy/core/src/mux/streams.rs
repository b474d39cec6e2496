//! The streams that a link has.

use std::collections::BTreeMap;

use nws_protocol::ChannelName;
use nws_protocol::link::Slot;
use slotmap::SlotMap;

slotmap::new_key_type! {
    /// A stream of a link. A channel that is matched again gets a stream with another id. So
    /// nothing that was said in one stream is sent in the next, although both may have the same
    /// slot.
    pub struct StreamId;
}

/// The streams of one link, each with a value that its owner keeps for it.
///
/// [`open`](Self::open) and [`close`](Self::close) follow the outputs of the matching. A frame that
/// comes is looked up once, by [`find`](Self::find). A frame that is about to be sent is checked
/// with [`is_open`](Self::is_open), as its stream may have ended while it waited.
#[derive(Debug)]
pub struct LinkStreams<T> {
    streams: SlotMap<StreamId, Entry<T>>,
    /// The streams by the slot of the other side. The other side uses its slots one after the
    /// other, and none twice.
    by_slot: Vec<Option<StreamId>>,
    by_channel: BTreeMap<ChannelName, StreamId>,
}

#[derive(Debug)]
struct Entry<T> {
    /// The slot that the other side has for it.
    their_slot: Slot,
    kept: T,
}

impl<T> Default for LinkStreams<T> {
    fn default() -> Self {
        Self { streams: SlotMap::with_key(), by_slot: Vec::new(), by_channel: BTreeMap::new() }
    }
}

impl<T> LinkStreams<T> {
    /// Opens a stream, for a channel that had none. `their_slot` is the slot of the other side.
    pub fn open(&mut self, channel: ChannelName, their_slot: Slot, kept: T) -> StreamId {
        let stream = self.streams.insert(Entry { their_slot, kept });
        let slot = usize::from(their_slot);
        if self.by_slot.len() <= slot {
            self.by_slot.resize(slot + 1, None);
        }
        self.by_slot[slot] = Some(stream);
        let earlier = self.by_channel.insert(channel, stream);
        debug_assert!(earlier.is_none(), "a channel has one stream at a time");
        stream
    }

    /// Closes the stream of a channel, if there is one.
    pub fn close(&mut self, channel: &ChannelName) -> Option<(StreamId, T)> {
        let stream = self.by_channel.remove(channel)?;
        let Entry { their_slot, kept } = self.streams.remove(stream)?;
        self.by_slot[usize::from(their_slot)] = None;
        Some((stream, kept))
    }

    /// The stream of a frame with this slot of the other side.
    #[inline]
    #[must_use]
    pub fn find(&self, their_slot: Slot) -> Option<(StreamId, &T)> {
        let stream = (*self.by_slot.get(usize::from(their_slot))?)?;
        Some((stream, &self.streams.get(stream)?.kept))
    }

    /// Gives whether a stream has not ended.
    #[inline]
    #[must_use]
    pub fn is_open(&self, stream: StreamId) -> bool {
        self.streams.contains_key(stream)
    }
}
