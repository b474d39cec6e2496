//! Decides what travels on a link: streams, one for each channel that both sides have matched.
//!
//! Every stream has its own credit in each direction, so a channel that stands still delays no
//! other. What one side sends is cut into pieces. Streams that have something to send take turns, a
//! piece each.
//!
//! A [`LinkStreams`] belongs to the owner of the link. It knows to which stream a frame belongs,
//! and which streams have ended. A [`Mux`] belongs to the owner of the channels, and decides what
//! is sent and when. A link whose channels are on several threads has a `Mux` on each.

mod input;
mod outgoing;
mod stream;
mod streams;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use nws_protocol::Pieces;
use nws_protocol::limits::LINK_PIECE_MAX;
use nws_protocol::link::{DATA_HEAD_LEN, LinkFrame, write_data_head};
use slotmap::SecondaryMap;

use crate::ConnId;
use stream::{SendState, Stream};

pub use input::MuxInput;
pub use outgoing::Outgoing;
pub use streams::{LinkStreams, StreamId};

/// Bytes of a piece while other streams of the link wait for their turns. So each has a turn within
/// a second, even where dozens share a slow network.
const SHARED_PIECE: usize = LINK_PIECE_MAX / 4;

/// How often streams that wait for their turns are exempt from blame: much more often than flow
/// control looks at them.
const EXEMPTION_PERIOD: Duration = Duration::from_millis(200);

/// The state machine of the streams of one link, or of those whose channels are on one thread.
///
/// It has two kinds of methods, called in this order:
///
/// - [`handle`](Self::handle) takes what has happened.
/// - [`poll_transmit`](Self::poll_transmit) gives the frames to be sent. Call it afterwards until
///   it gives `None`. It takes what waits out of an [`Outgoing`], which is
///   [`Channels`](crate::Channels) in a proxy.
///
/// The others are questions, and may be asked at any time. [`wants_room`](Self::wants_room) gives
/// whether to ask for frames again as soon as the link has room, and [`is_broken`](Self::is_broken)
/// whether to close the link. Time alone changes nothing.
///
/// ```
/// use std::time::Instant;
/// use nws_core::{ConnId, LinkStreams, Mux, MuxInput, Outgoing};
/// use nws_protocol::ChannelName;
/// use nws_protocol::link::LinkFrame;
///
/// /// Bytes that wait for one stream.
/// struct Words(Vec<u8>);
///
/// impl Outgoing for Words {
///     fn waiting(&self, _: ConnId) -> impl Iterator<Item = &[u8]> {
///         Some(&*self.0).filter(|bytes| !bytes.is_empty()).into_iter()
///     }
///     fn sent(&mut self, _: ConnId, bytes: usize, _: Instant) {
///         self.0.drain(..bytes);
///     }
///     fn exempt(&mut self, _: ConnId, _: Instant) {}
/// }
///
/// let (mut streams, mut mux) = (LinkStreams::default(), Mux::default());
/// let (own, peer) = (3, 5);
/// let stream = streams.open(ChannelName::new("chat").expect("a name"), peer, ());
/// mux.handle(MuxInput::Opened { stream, slot: own, conn: ConnId::default() });
/// mux.handle(MuxInput::Waiting { stream });
/// let mut words = Words(b"hello".to_vec());
/// let sent = mux.poll_transmit(1, &mut words, Instant::now()).expect("there is credit and room");
/// let frame = sent.into_frame();
/// assert_eq!(LinkFrame::parse(&frame), Ok(LinkFrame::Data { slot: own, bytes: b"hello" }));
/// ```
#[derive(Debug, Default)]
pub struct Mux {
    streams: SecondaryMap<StreamId, Stream>,
    /// Streams with something to send and credit for it, in the order of their turns.
    ready: VecDeque<StreamId>,
    /// Streams whose other side gets credit next.
    granting: VecDeque<StreamId>,
    /// Streams that have begun to wait since the last call of `poll_transmit`.
    unsent: Vec<StreamId>,
    /// When the link last took something.
    moved: Option<Instant>,
    /// When streams were last exempt.
    exempted: Option<Instant>,
    is_broken: bool,
}

/// A frame to be sent over the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmit {
    /// The stream to which it belongs. If that has ended meanwhile, the frame must not be sent: see
    /// [`LinkStreams::is_open`].
    pub stream: StreamId,
    /// The beginning of the frame.
    pub head: Vec<u8>,
    /// The rest of the frame: the bytes of the stream, if it has any.
    pub body: Pieces,
}

impl Transmit {
    /// The whole frame.
    #[must_use]
    pub fn into_frame(self) -> Vec<u8> {
        let Self { mut head, body, .. } = self;
        head.extend(body.into_bytes());
        head
    }
}

impl Mux {
    /// Takes what has happened. An input about a stream that has ended is ignored.
    pub fn handle(&mut self, input: MuxInput) {
        match input {
            MuxInput::Opened { stream, slot, conn } => {
                self.streams.insert(stream, Stream::new(conn, slot));
            }
            MuxInput::Received { stream, bytes } => self.on_received(stream, bytes),
            MuxInput::Processed { stream, bytes } => {
                self.update(stream, |state| state.unanswered += bytes);
            }
            MuxInput::Credit { stream, bytes } => self.on_credit(stream, bytes),
            MuxInput::Waiting { stream } => self.on_waiting(stream),
            MuxInput::Held { stream } => self.update(stream, |state| state.is_held = true),
            MuxInput::Released { stream } => self.update(stream, |state| state.is_held = false),
            MuxInput::Closed { stream } => self.on_closed(stream),
            MuxInput::Failed => self.is_broken = true,
        }
    }

    /// The next frame to be sent, where the link takes `room` frames now. Credit comes before
    /// anything else, so that both directions move.
    #[inline]
    pub fn poll_transmit(
        &mut self,
        room: usize,
        outgoing: &mut impl Outgoing,
        now: Instant,
    ) -> Option<Transmit> {
        if room > 0
            && let Some(transmit) = self.next_credit().or_else(|| self.next_piece(outgoing, now))
        {
            self.moved = Some(now);
            return Some(transmit);
        }
        self.report_unsent(outgoing, now);
        self.exempt_waiting(outgoing, now);
        None
    }

    /// Gives whether there is something to send for which the link had no room.
    #[must_use]
    pub fn wants_room(&self) -> bool {
        !(self.ready.is_empty() && self.granting.is_empty())
    }

    /// Gives whether the link has to be closed: the other side has sent more than it had credit
    /// for, or [`MuxInput::Failed`] came.
    #[must_use]
    pub const fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// The connection that stands for the other side of a stream; `None` when the stream has ended.
    #[inline]
    #[must_use]
    pub fn conn(&self, stream: StreamId) -> Option<ConnId> {
        self.streams.get(stream).map(|state| state.conn)
    }

    /// All streams that have not ended.
    pub fn open(&self) -> impl Iterator<Item = StreamId> {
        self.streams.keys()
    }

    fn on_received(&mut self, stream: StreamId, bytes: usize) {
        let Some(state) = self.streams.get_mut(stream) else { return };
        match state.receive_credit.checked_sub(bytes) {
            Some(window) => state.receive_credit = window,
            None => self.is_broken = true,
        }
    }

    fn on_credit(&mut self, stream: StreamId, bytes: u32) {
        let Some(state) = self.streams.get_mut(stream) else { return };
        state.send_credit = state.send_credit.saturating_add(bytes as usize);
        if state.send == SendState::NoCredit && state.send_credit > 0 {
            state.send = SendState::Ready;
            self.ready.push_back(stream);
        }
    }

    fn on_waiting(&mut self, stream: StreamId) {
        let Some(state) = self.streams.get_mut(stream).filter(|state| state.send == SendState::Idle) else {
            return;
        };
        state.has_sent = false;
        state.send = if state.send_credit > 0 { SendState::Ready } else { SendState::NoCredit };
        if state.send == SendState::Ready {
            self.ready.push_back(stream);
        }
        self.unsent.push(stream);
    }

    fn on_closed(&mut self, stream: StreamId) {
        let Some(state) = self.streams.remove(stream) else { return };
        if state.send == SendState::Ready {
            self.ready.retain(|other| *other != stream);
        }
        if state.is_granting {
            self.granting.retain(|other| *other != stream);
        }
        self.unsent.retain(|other| *other != stream);
    }

    /// Changes a stream, and notes it if it now has to give credit.
    #[inline]
    fn update(&mut self, stream: StreamId, change: impl FnOnce(&mut Stream)) {
        let Some(state) = self.streams.get_mut(stream) else { return };
        change(state);
        if state.has_to_grant() && !state.is_granting {
            state.is_granting = true;
            self.granting.push_back(stream);
        }
    }

    fn next_credit(&mut self) -> Option<Transmit> {
        while let Some(stream) = self.granting.pop_front() {
            let Some(state) = self.streams.get_mut(stream) else { continue };
            state.is_granting = false;
            if let Some(bytes) = state.grant() {
                let head = LinkFrame::Credit { slot: state.slot, bytes }.to_bytes();
                return Some(Transmit { stream, head, body: Pieces::default() });
            }
        }
        None
    }

    fn next_piece(&mut self, outgoing: &mut impl Outgoing, now: Instant) -> Option<Transmit> {
        while let Some(stream) = self.ready.pop_front() {
            let Some(state) = self.streams.get_mut(stream) else { continue };
            let piece_max = if self.ready.is_empty() { LINK_PIECE_MAX } else { SHARED_PIECE };
            let body = outgoing.take(state.conn, state.send_credit.min(piece_max), now);
            state.send = SendState::Idle;
            if body.is_empty() {
                continue;
            }
            state.send_credit -= body.len();
            state.has_sent = true;
            if outgoing.waiting(state.conn).next().is_some() {
                state.send = if state.send_credit > 0 { SendState::Ready } else { SendState::NoCredit };
                if state.send == SendState::Ready {
                    self.ready.push_back(stream);
                }
            }
            let mut head = Vec::with_capacity(DATA_HEAD_LEN);
            write_data_head(&mut head, state.slot);
            return Some(Transmit { stream, head, body });
        }
        None
    }

    /// Reports the streams of which nothing could be sent since they began to wait.
    fn report_unsent(&mut self, outgoing: &mut impl Outgoing, now: Instant) {
        for stream in self.unsent.drain(..) {
            if let Some(state) =
                self.streams.get(stream).filter(|state| state.send != SendState::Idle && !state.has_sent)
            {
                outgoing.sent(state.conn, 0, now);
            }
        }
    }

    /// Reports streams that wait for their turns, and not for the other side. While the link takes
    /// nothing, none of them is exempt.
    fn exempt_waiting(&mut self, outgoing: &mut impl Outgoing, now: Instant) {
        let is_recent = |last| now.saturating_duration_since(last) < EXEMPTION_PERIOD;
        let is_moving = self.moved.is_some_and(is_recent);
        if !is_moving || self.ready.is_empty() || self.exempted.is_some_and(is_recent) {
            return;
        }
        self.exempted = Some(now);
        let streams = self.ready.iter().filter_map(|stream| self.streams.get(*stream));
        streams.for_each(|state| outgoing.exempt(state.conn, now));
    }
}
