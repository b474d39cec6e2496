//! One end of a link, and what waits for its streams.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use nws_core::{ConnId, LinkStreams, Mux, MuxInput, Outgoing, StreamId};
use nws_protocol::ChannelName;
use nws_protocol::link::{LinkFrame, Slot};
use slotmap::SlotMap;

/// A frame as it is sent: of the stream with this slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    Data(Slot, usize),
    Credit(Slot, u32),
}

/// What the owner of what waits was told of a stream, by its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Sent(Slot, usize),
    Exempt(Slot),
}

#[derive(Default)]
struct Waiting {
    bytes: SlotMap<ConnId, Vec<u8>>,
    slots: BTreeMap<ConnId, Slot>,
    told: Vec<Told>,
}

pub(crate) struct Desk {
    pub(crate) mux: Mux,
    pub(crate) streams: LinkStreams<()>,
    waiting: Waiting,
    now: Instant,
}

impl Outgoing for Waiting {
    fn waiting(&self, conn: ConnId) -> impl Iterator<Item = &[u8]> {
        self.bytes[conn].chunks(1000)
    }

    fn sent(&mut self, conn: ConnId, bytes: usize, _: Instant) {
        self.bytes[conn].drain(..bytes);
        self.told.push(Told::Sent(self.slots[&conn], bytes));
    }

    fn exempt(&mut self, conn: ConnId, _: Instant) {
        self.told.push(Told::Exempt(self.slots[&conn]));
    }
}

impl Desk {
    #[expect(clippy::disallowed_methods, reason = "any time is as good as another")]
    pub(crate) fn new() -> Self {
        Self {
            mux: Mux::default(),
            streams: LinkStreams::default(),
            waiting: Waiting::default(),
            now: Instant::now(),
        }
    }

    /// A desk with so many streams, whose slots are 0, 1, 2 and so on.
    pub(crate) fn with<const COUNT: usize>() -> (Self, [StreamId; COUNT]) {
        let mut desk = Self::new();
        let streams = std::array::from_fn(|slot| desk.open(slot as Slot, slot as Slot));
        (desk, streams)
    }

    /// A stream of a channel that is called as the own slot is.
    pub(crate) fn open(&mut self, own: Slot, peer: Slot) -> StreamId {
        let stream = self.streams.open(name(own), peer, ());
        let conn = self.waiting.bytes.insert(Vec::new());
        self.waiting.slots.insert(conn, own);
        self.mux.handle(MuxInput::Opened { stream, slot: own, conn });
        stream
    }

    /// So many bytes more wait for a stream.
    pub(crate) fn say(&mut self, stream: StreamId, bytes: usize) {
        let conn = self.mux.conn(stream).expect("a stream that has not ended");
        self.waiting.bytes[conn].extend(std::iter::repeat_n(b'x', bytes));
        self.mux.handle(MuxInput::Waiting { stream });
    }

    /// What is sent, where the link takes so many frames.
    pub(crate) fn send(&mut self, room: usize) -> Vec<Sent> {
        let mut sent = Vec::new();
        while let Some(transmit) = self.mux.poll_transmit(room - sent.len(), &mut self.waiting, self.now) {
            sent.push(match LinkFrame::parse(&transmit.into_frame()) {
                Ok(LinkFrame::Data { slot, bytes }) => Sent::Data(slot, bytes.len()),
                Ok(LinkFrame::Credit { slot, bytes }) => Sent::Credit(slot, bytes),
                other => panic!("not a frame of a stream: {other:?}"),
            });
        }
        sent
    }

    /// What the owner of what waits was told since this was last asked.
    pub(crate) fn told(&mut self) -> Vec<Told> {
        std::mem::take(&mut self.waiting.told)
    }

    /// The streams that were exempt since this was last asked.
    pub(crate) fn exempt(&mut self) -> Vec<Slot> {
        let exempt = |told| if let Told::Exempt(slot) = told { Some(slot) } else { None };
        self.told().into_iter().filter_map(exempt).collect()
    }

    pub(crate) fn wait(&mut self, time: Duration) {
        self.now += time;
    }
}

pub(crate) fn name(slot: Slot) -> ChannelName {
    ChannelName::new(&format!("c{slot}")).expect("a name")
}
