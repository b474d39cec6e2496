//! The streams of one channel's socket: their states, their numbers, and their credit.
//!
//! The owner has the payload and the connection. It tells what has come, asks what it may send, and
//! sends it. Nothing here depends on time: the owner ends a dial that nobody answers.
//!
//! Each stream has credit in both directions. This side grants a *window*: so many bytes may come
//! that nobody has taken yet. It begins with [`WINDOW_FIRST`], and grows as it is used, up to
//! [`WINDOW_MAX`]. All windows together have [`WINDOWS_MAX`]. So a slow reader holds back its own
//! sender, and memory has a bound whatever the other side does.

mod credit;

use crate::numbered::numbered;
use crate::sorted::Sorted;
use credit::{Outgoing, Window};

pub use credit::{PART_COST, PART_MAX, WINDOW_FIRST, WINDOW_MAX, WINDOWS_MAX};

/// Streams that may be open with one peer, as each takes memory at both ends.
pub const STREAMS_PER_PEER: usize = 64;

/// Dials that may wait for an answer at one time, in each direction.
pub const DIALS_MAX: usize = 16;

/// Bytes of one message. A message that is longer cannot be handed to a page in one piece.
pub const MESSAGE_MAX: u64 = 64 * 1024 * 1024;

/// Parts of one message. Each takes memory, however short it is; with 1 KiB each they make the longest
/// message.
pub const PARTS_MAX: u32 = 64 * 1024;

/// The bit of a number that says that the receiver of the frame has dialled the stream.
pub const DIALLED_BY_RECEIVER: u32 = 1 << 31;

/// A stream, for its owner. No handle is used twice.
pub type Handle = u32;

/// The streams of one channel's socket. Peers have numbers of the owner's choice. A call about a
/// stream that does not exist has no effect.
#[derive(Debug)]
pub struct Streams {
    streams: Sorted<Handle, Stream>,
    /// The streams by their peer, and by their number in frames of this side.
    handles: Sorted<(u32, u32), Handle>,
    last: Handle,
    /// The last number with which each peer has dialled.
    heard: Sorted<u32, u32>,
    /// Bytes that further windows may have.
    spare: u32,
}

/// The state of a stream that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// This side has dialled, and waits for the answer.
    Dialling,
    /// The peer has dialled, and waits for the answer.
    Dialled,
    /// Both sides may send.
    Open,
    /// This side has closed it, and waits for the other one to do so.
    Closing,
}

numbered! {
    /// What becomes of a part that has come.
    pub enum Received {
        /// It is thrown away: the stream is closing, or does not exist.
        Ignored = 0,
        /// Further parts of the message follow.
        Part = 1,
        /// The message is complete.
        Whole = 2,
        /// The peer has sent more than it may, or has mixed text and bytes: the stream closes with
        /// 1008.
        Violation = 3,
        /// The message is longer than `MESSAGE_MAX`, or has more than `PARTS_MAX` parts: the stream
        /// closes with 1009.
        TooBig = 4,
    }
}

/// Why a dial of a peer is refused before anybody is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There are too many streams or dials, or too much has been granted.
    Limit,
    /// Its number or its credit is invalid.
    Violation,
}

#[derive(Debug)]
struct Stream {
    peer: u32,
    /// The number in frames of this side.
    number: u32,
    state: State,
    window: Window,
    outgoing: Outgoing,
    /// The message whose end has not come.
    unfinished: Option<Unfinished>,
    /// What the last message costs that was complete, or was thrown away.
    due: u32,
}

#[derive(Debug)]
struct Unfinished {
    is_text: bool,
    bytes: u64,
    parts: u32,
    /// What those of its parts cost that do not count as taken.
    held: u32,
}

impl Default for Streams {
    fn default() -> Self {
        Self {
            streams: Sorted::default(),
            handles: Sorted::default(),
            last: 0,
            heard: Sorted::default(),
            spare: WINDOWS_MAX,
        }
    }
}

impl Streams {
    /// Dials a peer. Gives `None` when there are too many streams or dials.
    pub fn dial(&mut self, peer: u32) -> Option<Handle> {
        let number = self.last + 1;
        self.open(peer, number, State::Dialling, Outgoing::default())
    }

    /// A peer has dialled, with this number in its frame and this credit.
    ///
    /// # Errors
    ///
    /// Why it is refused. It is answered by `close`.
    pub fn dialled(&mut self, peer: u32, number: u32, credit: f64) -> Result<Handle, Refused> {
        let last = self.heard.get(&peer).copied();
        let is_used = self.handles.contains_key(&(peer, number | DIALLED_BY_RECEIVER));
        if is_used || number & DIALLED_BY_RECEIVER != 0 || last.is_some_and(|last| number <= last) {
            return Err(Refused::Violation);
        }
        self.heard.insert(peer, number);
        let mut outgoing = Outgoing::default();
        if !outgoing.add(credit) {
            return Err(Refused::Violation);
        }
        let number = number | DIALLED_BY_RECEIVER;
        self.open(peer, number, State::Dialled, outgoing).ok_or(Refused::Limit)
    }

    /// The page accepts a dial. Gives whether it is not too late.
    pub fn accept(&mut self, handle: Handle) -> bool {
        self.advance(handle, State::Dialled, State::Open)
    }

    /// The peer has accepted a dial, and grants this credit. Gives whether it may.
    pub fn accepted(&mut self, handle: Handle, credit: f64) -> bool {
        let stream = self.streams.get_mut(&handle).filter(|stream| stream.state == State::Dialling);
        stream.is_some_and(|stream| {
            stream.state = State::Open;
            stream.outgoing.add(credit)
        })
    }

    /// The page closes a stream. Gives the state that it had, if it was not closing already.
    pub fn close(&mut self, handle: Handle) -> Option<State> {
        let stream = self.streams.get_mut(&handle).filter(|stream| stream.state != State::Closing)?;
        Some(std::mem::replace(&mut stream.state, State::Closing))
    }

    /// The stream has ended. Its window goes back.
    pub fn end(&mut self, handle: Handle) {
        if let Some(stream) = self.streams.remove(&handle) {
            self.handles.remove(&(stream.peer, stream.number));
            self.spare += stream.window.size();
        }
    }

    /// The peer has left. Its streams have to be ended by the owner.
    pub fn forget_peer(&mut self, peer: u32) {
        self.heard.remove(&peer);
    }

    /// The stream that a frame of `peer` with this number is about.
    #[must_use]
    pub fn find(&self, peer: u32, number: u32) -> Option<Handle> {
        self.handles.get(&(peer, number ^ DIALLED_BY_RECEIVER)).copied()
    }

    /// The number of a stream in frames of this side.
    #[must_use]
    pub fn number(&self, handle: Handle) -> Option<u32> {
        self.streams.get(&handle).map(|stream| stream.number)
    }

    /// The state of a stream; `None` when it has ended.
    #[must_use]
    pub fn state(&self, handle: Handle) -> Option<State> {
        self.streams.get(&handle).map(|stream| stream.state)
    }

    /// The credit that `dial` or `accept` gives the peer, in bytes.
    #[must_use]
    pub fn first_credit(&self, handle: Handle) -> u32 {
        self.streams.get(&handle).map_or(0, |stream| stream.window.size())
    }

    /// The most bytes that a part may have now; `None` while nothing may be sent.
    #[must_use]
    pub fn room(&self, handle: Handle) -> Option<u32> {
        self.streams.get(&handle).and_then(|stream| stream.outgoing.room())
    }

    /// A part of so many bytes is sent.
    pub fn sent(&mut self, handle: Handle, bytes: u32) {
        if let Some(stream) = self.streams.get_mut(&handle) {
            stream.outgoing.spend(bytes);
        }
    }

    /// The peer grants more credit. Gives whether it may grant so much. What was said before a stream
    /// closes may still be sent.
    pub fn credited(&mut self, handle: Handle, credit: f64) -> bool {
        self.streams.get_mut(&handle).is_none_or(|stream| {
            matches!(stream.state, State::Open | State::Closing) && stream.outgoing.add(credit)
        })
    }

    /// A part of a message has come, of so many bytes.
    pub fn received(&mut self, handle: Handle, bytes: u32, has_more: bool, is_text: bool) -> Received {
        let stream = self.streams.get_mut(&handle);
        stream.map_or(Received::Ignored, |stream| stream.receive(bytes, has_more, is_text))
    }

    /// What the message costs that has just come to its end, or the part that was thrown away. Give
    /// it to [`taken`](Self::taken) when the page has taken it.
    #[must_use]
    pub fn due(&self, handle: Handle) -> u32 {
        self.streams.get(&handle).map_or(0, |stream| stream.due)
    }

    /// The page has taken messages that cost so much. Gives the credit that the peer gets now; 0 for
    /// none. Call it after each [`Received::Part`] too, with a cost of 0: where nothing but an
    /// unfinished message waits, its parts count as taken, as it could never be longer than the
    /// window otherwise.
    pub fn taken(&mut self, handle: Handle, cost: u32) -> u32 {
        let Self { streams, spare, .. } = self;
        streams.get_mut(&handle).map_or(0, |stream| stream.take(cost, spare))
    }

    /// The streams with a peer.
    pub fn with(&self, peer: u32) -> impl Iterator<Item = Handle> {
        self.handles.range((peer, 0), (peer, u32::MAX)).iter().map(|(_, handle)| *handle)
    }

    /// The number of streams that have not ended.
    #[must_use]
    pub fn len(&self) -> usize {
        self.streams.len()
    }

    /// Gives whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.streams.is_empty()
    }

    fn open(&mut self, peer: u32, number: u32, state: State, outgoing: Outgoing) -> Option<Handle> {
        let waiting = self.streams.values().filter(|stream| stream.state == state).count();
        let is_full = waiting >= DIALS_MAX || self.with(peer).count() >= STREAMS_PER_PEER;
        if is_full || self.last + 1 == DIALLED_BY_RECEIVER {
            return None;
        }
        let window = Window::open(&mut self.spare)?;
        self.last += 1;
        self.handles.insert((peer, number), self.last);
        self.streams
            .insert(self.last, Stream { peer, number, state, window, outgoing, unfinished: None, due: 0 });
        Some(self.last)
    }

    fn advance(&mut self, handle: Handle, from: State, to: State) -> bool {
        let stream = self.streams.get_mut(&handle).filter(|stream| stream.state == from);
        stream.map(|stream| stream.state = to).is_some()
    }
}

impl Stream {
    fn receive(&mut self, bytes: u32, has_more: bool, is_text: bool) -> Received {
        let mut message =
            self.unfinished.take().unwrap_or(Unfinished { is_text, bytes: 0, parts: 0, held: 0 });
        let is_empty_part = has_more && bytes == 0;
        let may_send = matches!(self.state, State::Open | State::Closing) && self.window.spend(bytes);
        if !may_send || message.is_text != is_text || is_empty_part {
            return Received::Violation;
        }
        message.bytes += u64::from(bytes);
        message.parts += 1;
        message.held += bytes + PART_COST;
        self.due = message.held;
        if message.bytes > MESSAGE_MAX || message.parts > PARTS_MAX {
            return Received::TooBig;
        }
        if self.state == State::Closing {
            return Received::Ignored;
        }
        if has_more {
            self.unfinished = Some(message);
            return Received::Part;
        }
        Received::Whole
    }

    fn take(&mut self, cost: u32, spare: &mut u32) -> u32 {
        let credit = self.window.take(cost, spare);
        match &mut self.unfinished {
            Some(message) if self.window.untaken() == message.held => {
                credit + self.window.take(std::mem::take(&mut message.held), spare)
            }
            Some(_) | None => credit,
        }
    }
}
