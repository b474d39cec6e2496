//! Both ends of a link, which match channels, leave them, speak and listen as a fuzzer chooses.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use nws_core::{ConnId, LinkStreams, Mux, MuxInput, Outgoing, StreamId, Transmit};
use nws_protocol::ChannelName;
use nws_protocol::limits::LINK_WINDOW;
use nws_protocol::link::{LinkFrame, Slot};
use slotmap::SlotMap;

use crate::bytes::Bytes;

const CHANNELS: [&str; 3] = ["a", "b", "c"];

/// Bytes that are said in one history, so that no input takes long.
const SAID_MAX: usize = 4 * 1024 * 1024;

/// Slots that one side ever has.
const SLOTS_MAX: Slot = 4096;

/// Frames that the link takes before some of them are written.
const ROOM: usize = 8;

/// What stands at one side of a stream.
struct Voice {
    stream: StreamId,
    channel: usize,
    /// Bytes that wait to be sent.
    waiting: VecDeque<u8>,
    /// Bytes that were said, and bytes that came.
    said: usize,
    heard: usize,
    /// Bytes that came and were not processed.
    unprocessed: usize,
    is_held: bool,
}

/// A slot that is offered.
struct Offer {
    slot: Slot,
    /// The other side has answered.
    is_known: bool,
}

/// What waits at one end, by connection.
#[derive(Default)]
struct Voices(SlotMap<ConnId, Voice>);

/// One end of the link.
#[derive(Default)]
struct Side {
    mux: Mux,
    streams: LinkStreams<ConnId>,
    voices: Voices,
    /// What is offered, by channel.
    offers: BTreeMap<usize, Offer>,
    next_slot: Slot,
    /// Frames for which the link had room.
    queue: VecDeque<Transmit>,
    /// What is on its way to the other end.
    wire: VecDeque<Packet>,
}

/// Something on its way. The first three are what two ends of a link agree by, in short: a stream
/// begins at each end when that has heard an answer to its offer.
enum Packet {
    /// The sender offers a channel under this slot.
    Offer(usize, Slot),
    /// The sender has heard of the offer of the second slot. It offers the channel under the first one, or
    /// not yet.
    Answer(usize, Option<Slot>, Slot),
    Leave(Slot),
    Frame(Vec<u8>),
}

struct World<'a> {
    bytes: Bytes<'a>,
    now: Instant,
    sides: [Side; 2],
    said: usize,
}

impl Outgoing for Voices {
    fn waiting(&self, conn: ConnId) -> impl Iterator<Item = &[u8]> {
        let parts = self.0.get(conn).map_or_else(Default::default, |voice| voice.waiting.as_slices());
        [parts.0, parts.1].into_iter().filter(|part| !part.is_empty())
    }

    fn sent(&mut self, conn: ConnId, bytes: usize, _: Instant) {
        self.0[conn].waiting.drain(..bytes);
    }

    fn exempt(&mut self, conn: ConnId, _: Instant) {
        assert!(!self.0[conn].waiting.is_empty(), "nothing waits for a turn");
    }
}

/// Lets happen what the bytes say, and looks whether everything arrives in the end.
pub(crate) fn run(input: &[u8], now: Instant) {
    let mut world = World::new(Bytes::new(input), now);
    while !world.bytes.is_empty() {
        world.step();
        world.judge();
    }
    world.end();
}

impl<'a> World<'a> {
    fn new(bytes: Bytes<'a>, now: Instant) -> Self {
        Self { bytes, now, sides: Default::default(), said: 0 }
    }

    fn step(&mut self) {
        let step = self.bytes.byte();
        let side = usize::from(step & 1);
        match step / 2 % 16 {
            0..2 => self.offer(side),
            2 => self.leave(side),
            3..7 => self.say(side),
            7..10 => self.write(side),
            10..13 => self.arrive(side),
            13 => self.process(side),
            14 => self.hold(side),
            _ => self.now += Duration::from_millis(self.bytes.power(10) as u64),
        }
        self.sides[side].transmit(self.now);
    }

    /// A channel is offered that was not, or was left.
    fn offer(&mut self, side: usize) {
        let channel = self.bytes.below(CHANNELS.len());
        let it = &mut self.sides[side];
        if !it.offers.contains_key(&channel) && it.next_slot < SLOTS_MAX {
            it.next_slot += 1;
            let slot = it.next_slot;
            it.offers.insert(channel, Offer { slot, is_known: false });
            it.wire.push_back(Packet::Offer(channel, slot));
        }
    }

    fn leave(&mut self, side: usize) {
        let channel = self.bytes.below(CHANNELS.len());
        if let Some(offer) = self.sides[side].offers.remove(&channel) {
            self.sides[side].close(channel);
            self.sides[side].wire.push_back(Packet::Leave(offer.slot));
        }
    }

    fn say(&mut self, side: usize) {
        let bytes = self.bytes.power(21).min(SAID_MAX - self.said);
        let Some(voice) = self.voice(side).filter(|_| bytes > 0) else { return };
        voice.waiting.extend((voice.said..voice.said + bytes).map(nth));
        voice.said += bytes;
        let stream = voice.stream;
        self.said += bytes;
        self.sides[side].mux.handle(MuxInput::Waiting { stream });
    }

    /// The link writes some of what it has taken.
    fn write(&mut self, side: usize) {
        let count = self.bytes.below(ROOM + 1);
        self.sides[side].write(count);
    }

    fn arrive(&mut self, side: usize) {
        for _ in 0..self.bytes.below(16) {
            self.arrive_one(side);
        }
    }

    /// The next thing arrives at `side`, if anything is on its way.
    fn arrive_one(&mut self, side: usize) -> bool {
        let Some(packet) = self.sides[1 - side].wire.pop_front() else { return false };
        let it = &mut self.sides[side];
        match packet {
            Packet::Offer(channel, peer) => {
                let own = it.offers.get(&channel);
                it.wire.push_back(Packet::Answer(channel, own.map(|own| own.slot), peer));
                if let Some(&Offer { slot, is_known: true }) = own {
                    it.open(channel, slot, peer);
                }
            }
            Packet::Answer(channel, peer, own) => {
                if let Some(offer) = it.offers.get_mut(&channel).filter(|offer| offer.slot == own) {
                    offer.is_known = true;
                    if let Some(peer) = peer {
                        it.open(channel, own, peer);
                    }
                }
            }
            Packet::Leave(peer) => {
                if let Some((_, &conn)) = it.streams.find(peer) {
                    it.close(it.voices.0[conn].channel);
                }
            }
            Packet::Frame(frame) => it.hear(&frame),
        }
        true
    }

    /// What came is processed, all or a part of it.
    fn process(&mut self, side: usize) {
        let most = self.bytes.power(22);
        if let Some(voice) = self.voice(side) {
            let bytes = voice.unprocessed.min(most);
            voice.unprocessed -= bytes;
            let stream = voice.stream;
            self.sides[side].mux.handle(MuxInput::Processed { stream, bytes });
        }
    }

    fn hold(&mut self, side: usize) {
        if let Some(voice) = self.voice(side) {
            voice.is_held = !voice.is_held;
            let (stream, is_held) = (voice.stream, voice.is_held);
            let input = if is_held { MuxInput::Held { stream } } else { MuxInput::Released { stream } };
            self.sides[side].mux.handle(input);
        }
    }

    fn voice(&mut self, side: usize) -> Option<&mut Voice> {
        let voices = &mut self.sides[side].voices.0;
        let conn = self.bytes.pick(voices.keys())?;
        voices.get_mut(conn)
    }

    /// Nobody breaks the rules, so no link is broken, and nobody gets more than the window.
    fn judge(&self) {
        for side in &self.sides {
            assert!(!side.mux.is_broken());
            assert!(side.queue.len() <= ROOM && side.mux.open().count() == side.voices.0.len());
            assert!(side.voices.0.values().all(|voice| voice.unprocessed <= LINK_WINDOW));
        }
    }

    /// Nobody leaves any more, and everybody listens: so everything arrives.
    fn end(&mut self) {
        for it in &mut self.sides {
            for voice in it.voices.0.values_mut() {
                voice.is_held = false;
                it.mux.handle(MuxInput::Released { stream: voice.stream });
            }
        }
        let mut is_still = false;
        while !is_still {
            is_still = true;
            for side in [0, 1] {
                while self.arrive_one(side) {
                    is_still = false;
                }
                self.sides[side].process_all();
                self.sides[side].transmit(self.now);
                is_still &= self.sides[side].queue.is_empty();
                self.sides[side].write(ROOM);
            }
        }
        self.judge();
        let [one, two] = &self.sides;
        for voice in one.voices.0.values() {
            let other = two.voices.0.values().find(|other| other.channel == voice.channel);
            let other = other.expect("both sides have the same streams");
            assert_eq!((voice.said, voice.heard), (other.heard, other.said));
        }
        assert!(self.sides.iter().all(|side| !side.mux.wants_room()));
    }
}

impl Side {
    /// The link takes what it has room for.
    fn transmit(&mut self, now: Instant) {
        let Self { mux, voices, queue, .. } = self;
        while let Some(transmit) = mux.poll_transmit(ROOM - queue.len(), voices, now) {
            queue.push_back(transmit);
        }
        assert!(queue.len() == ROOM || !mux.wants_room(), "what can be sent is sent");
    }

    fn write(&mut self, count: usize) {
        for transmit in self.queue.drain(..count.min(self.queue.len())) {
            if self.streams.is_open(transmit.stream) {
                self.wire.push_back(Packet::Frame(transmit.into_frame()));
            }
        }
    }

    fn open(&mut self, channel: usize, own: Slot, peer: Slot) {
        if self.streams.find(peer).is_some() {
            return;
        }
        let Self { mux, streams, voices, .. } = self;
        let conn = voices.0.insert_with_key(|conn| Voice {
            stream: streams.open(name(channel), peer, conn),
            channel,
            waiting: VecDeque::new(),
            said: 0,
            heard: 0,
            unprocessed: 0,
            is_held: false,
        });
        let stream = voices.0[conn].stream;
        mux.handle(MuxInput::Opened { stream, slot: own, conn });
        assert_eq!(mux.conn(stream), Some(conn));
    }

    fn close(&mut self, channel: usize) {
        let Some((stream, conn)) = self.streams.close(&name(channel)) else { return };
        self.mux.handle(MuxInput::Closed { stream });
        self.voices.0.remove(conn);
        assert_eq!((self.mux.conn(stream), self.streams.is_open(stream)), (None, false));
    }

    fn hear(&mut self, frame: &[u8]) {
        match LinkFrame::parse(frame).expect("a mux makes frames") {
            LinkFrame::Data { slot, bytes } => {
                let Some((stream, &conn)) = self.streams.find(slot) else { return };
                self.mux.handle(MuxInput::Received { stream, bytes: bytes.len() });
                let voice = &mut self.voices.0[conn];
                assert!(
                    !bytes.is_empty() && bytes.iter().copied().eq((voice.heard..).map(nth).take(bytes.len()))
                );
                voice.heard += bytes.len();
                voice.unprocessed += bytes.len();
            }
            LinkFrame::Credit { slot, bytes } => {
                if let Some((stream, _)) = self.streams.find(slot) {
                    self.mux.handle(MuxInput::Credit { stream, bytes });
                }
            }
            LinkFrame::Hello(_)
            | LinkFrame::Blind { .. }
            | LinkFrame::Eval { .. }
            | LinkFrame::Tags { .. }
            | LinkFrame::Leave { .. }
            | LinkFrame::Unknown => panic!("not a frame of a stream"),
        }
    }

    fn process_all(&mut self) {
        for voice in self.voices.0.values_mut() {
            let bytes = std::mem::take(&mut voice.unprocessed);
            self.mux.handle(MuxInput::Processed { stream: voice.stream, bytes });
        }
    }
}

/// What is said on a stream: a lost, late or foreign byte is noticed.
fn nth(at: usize) -> u8 {
    (at % 251) as u8
}

fn name(channel: usize) -> ChannelName {
    ChannelName::new(CHANNELS[channel]).expect("a name")
}
