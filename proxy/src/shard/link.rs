//! Connects a link with a shard: it passes what comes on the link's streams to the state machine of
//! the shard, and sends what waits there.

use std::rc::Rc;
use std::sync::Arc;

use futures_util::future::LocalBoxFuture;
use nws_core::{ChannelKey, Encoded, Input, Kept, MuxInput, RecordReader, Share, StreamId, Transmit, Turn};
use nws_protocol::link::{DATA_HEAD_LEN, Slot};
use nws_protocol::{ChannelName, ProxyId, Scope};
use slotmap::SecondaryMap;
use tokio::sync::mpsc;
use tokio::task::yield_now;

use super::registration::Registration;
use super::state::Shard;
use super::stream_sender::StreamSender;
use crate::signal::Signal;

/// Length from which a frame that lies within a long message is kept as it is. Shorter ones are
/// copied, as a message of many pieces would take long to write.
const WHOLE_LEAST: usize = 32 * 1024;

/// A message from a link to a shard. They come in order, through one queue.
#[derive(Debug)]
pub(crate) enum FromLink {
    /// Both sides have matched a channel: its stream begins.
    Opened {
        /// The stream.
        stream: StreamId,
        /// This side's slot for the stream.
        slot: Slot,
        /// The channel.
        channel: ChannelName,
    },
    /// The next bytes of the other side's stream.
    Data {
        /// The stream.
        stream: StreamId,
        /// The whole frame: a head of [`DATA_HEAD_LEN`] bytes, and the bytes of the stream.
        frame: Vec<u8>,
        /// Counts the bytes, if they are many.
        kept: Option<Kept>,
    },
    /// The other side gives credit.
    Credit {
        /// The stream.
        stream: StreamId,
        /// Bytes.
        bytes: u32,
    },
    /// One side has left the channel.
    Closed {
        /// The stream.
        stream: StreamId,
    },
}

/// One link as one shard has it. It ends when the sender of `from` is dropped.
pub(crate) struct AttachedLink {
    /// The proxy at the other end.
    pub(crate) proxy: ProxyId,
    /// The share of the link in the account.
    pub(crate) share: Share,
    /// The messages of the link.
    pub(crate) from: mpsc::Receiver<FromLink>,
    /// What the link is to send, from this shard only. While it is full, what is to be sent waits
    /// in the outboxes of the state machine.
    pub(crate) to: mpsc::Sender<Transmit>,
    /// Given when the link has to be closed.
    pub(crate) broken: Arc<Signal>,
}

/// Serves one link.
pub(super) struct LinkPump {
    shard: Rc<Shard>,
    link: AttachedLink,
    sender: Rc<StreamSender>,
    /// The registration of each stream, and the reader with the unfinished record of the stream.
    registered: SecondaryMap<StreamId, (Registration, RecordReader)>,
    /// The work that the link has caused since other sockets had their turn.
    turn: Turn,
    /// The reason why nothing of the link is processed for a while.
    pause: Option<Pause>,
}

/// A while in which nothing of a link is processed. Sending goes on.
struct Pause {
    stream: StreamId,
    piece: Piece,
    kept: Option<Kept>,
    until: Until,
}

/// The bytes of a stream that came in one frame.
struct Piece {
    frame: Vec<u8>,
    /// Bytes of the frame that need not be looked at any more.
    done: usize,
}

/// The end of a pause.
enum Until {
    /// The text before the rest has been encoded on another thread.
    Encoded(LocalBoxFuture<'static, Option<Encoded>>),
    /// There is room for what the rest makes this proxy keep. A few bytes may be kept for many
    /// recipients.
    Room,
}

impl LinkPump {
    pub(super) fn new(shard: &Rc<Shard>, link: AttachedLink) -> Self {
        Self {
            shard: Rc::clone(shard),
            sender: Rc::new(StreamSender::new(link.to.clone())),
            link,
            registered: SecondaryMap::new(),
            turn: Turn::default(),
            pause: None,
        }
    }

    /// Serves until the link ends, or has to. Then all its groups leave, and others have their
    /// turns in between.
    pub(super) async fn serve(mut self) {
        self.run().await;
        let Self { registered, link, pause, .. } = self;
        // What was not processed takes no memory any more.
        drop((link, pause));
        let registered: Vec<Registration> =
            registered.into_iter().map(|(_, (registration, _))| registration).collect();
        for registration in registered {
            drop(registration);
            yield_now().await;
        }
    }

    async fn run(&mut self) {
        let (to, sender) = (self.link.to.clone(), Rc::clone(&self.sender));
        while !sender.is_broken() {
            let wants_room = sender.wants_room();
            tokio::select! {
                // A flood in one direction must not delay the other one: no branch comes first.
                event = self.link.from.recv(), if self.pause.is_none() => match event {
                    Some(event) => self.hear_all(event).await,
                    None => return,
                },
                Some(encoded) = end_of(&mut self.pause, &self.link.share) => self.resume(encoded).await,
                // A link that has ended need not wait for room.
                () = to.closed(), if self.waits_for_room() => return,
                // Only this task sends here, so the room is still there afterwards.
                room = to.reserve(), if wants_room => match room.map(drop) {
                    Ok(()) => self.transmit(),
                    Err(_) => return,
                },
                () = sender.changed() => {}
            }
        }
        self.link.broken.give();
    }

    /// Processes `event`, and what else has come meanwhile.
    async fn hear_all(&mut self, event: FromLink) {
        self.hear(event).await;
        for _ in 1..self.link.from.max_capacity() {
            if self.pause.is_some() || self.sender.is_broken() {
                return;
            }
            let Ok(event) = self.link.from.try_recv() else { return };
            self.hear(event).await;
        }
    }

    async fn hear(&mut self, event: FromLink) {
        match event {
            FromLink::Opened { stream, slot, channel } => {
                self.open(stream, slot, channel);
                yield_now().await;
            }
            FromLink::Data { stream, frame, kept } => {
                let bytes = frame.len() - DATA_HEAD_LEN;
                self.sender.handle(MuxInput::Received { stream, bytes });
                self.process(stream, Piece { frame, done: DATA_HEAD_LEN }, kept).await;
            }
            FromLink::Credit { stream, bytes } => {
                self.sender.handle(MuxInput::Credit { stream, bytes });
                self.transmit();
            }
            FromLink::Closed { stream } => {
                self.sender.handle(MuxInput::Closed { stream });
                drop(self.registered.remove(stream));
                yield_now().await;
            }
        }
    }

    fn open(&mut self, stream: StreamId, slot: Slot, name: ChannelName) {
        let registration = Registration::of_stream(&self.shard, Rc::clone(&self.sender), stream);
        let conn = registration.conn();
        self.sender.handle(MuxInput::Opened { stream, slot, conn });
        let channel = ChannelKey { scope: Scope::Network, name };
        let (proxy, share) = (self.link.proxy.clone(), self.link.share.clone());
        self.shard.input(Input::RemoteGroup { conn, channel, proxy, share });
        self.registered.insert(stream, (registration, RecordReader::default()));
    }

    /// Passes on what came. Other sockets of this shard have their turns in between, so no link
    /// delays them for long.
    async fn process(&mut self, stream: StreamId, mut piece: Piece, kept: Option<Kept>) {
        let length = piece.frame.len() - DATA_HEAD_LEN;
        self.keep_whole(stream, &mut piece);
        while piece.done < piece.frame.len() && !self.sender.is_broken() {
            let Self { shard, turn, link, registered, .. } = self;
            let Some((registration, reader)) = registered.get_mut(stream) else { return };
            let mut long = None;
            let has_room = !link.share.waits();
            if has_room {
                let conn = registration.conn();
                let mut rest = &piece.frame[piece.done..];
                shard.enter(|core, now| long = core.hear_stream(conn, reader, &mut rest, turn, now));
                piece.done = piece.frame.len() - rest.len();
            }
            let until = match long {
                Some(message) => Some(Until::Encoded(shard.encode(message))),
                None => (!has_room).then_some(Until::Room),
            };
            if let Some(until) = until {
                self.pause = Some(Pause { stream, piece, kept, until });
                return;
            }
            if turn.is_over() {
                *turn = Turn::default();
                yield_now().await;
            }
        }
        self.sender.handle(MuxInput::Processed { stream, bytes: length });
        if self.sender.wants_to_send() {
            self.transmit();
        }
    }

    /// Keeps a piece as it is, if it lies within a long message.
    fn keep_whole(&mut self, stream: StreamId, piece: &mut Piece) {
        let Some((registration, reader)) = self.registered.get_mut(stream) else { return };
        if piece.frame.len() < WHOLE_LEAST || self.link.share.waits() {
            return;
        }
        let Piece { frame, done } = piece;
        let (conn, skipped) = (registration.conn(), *done);
        self.shard.enter(|core, now| {
            let whole = core.take_piece(conn, reader, std::mem::take(frame), skipped, now);
            *done = if whole.is_ok() { 0 } else { skipped };
            *frame = whole.err().unwrap_or_default();
        });
    }

    /// Continues after a pause, and passes on a long text if the pause was for one.
    async fn resume(&mut self, encoded: Option<Encoded>) {
        let Some(Pause { stream, piece, kept, .. }) = self.pause.take() else { return };
        if let (Some((registration, _)), Some(message)) = (self.registered.get(stream), encoded) {
            let conn = registration.conn();
            self.shard.input(Input::Encoded { conn, message });
        }
        self.process(stream, piece, kept).await;
    }

    fn transmit(&self) {
        self.shard.enter(|core, now| self.sender.transmit(core, now));
    }

    fn waits_for_room(&self) -> bool {
        matches!(self.pause, Some(Pause { until: Until::Room, .. }))
    }
}

/// Waits for the end of a pause. Gives `None` if there is no pause, and the long message if the
/// pause was for one.
async fn end_of(pause: &mut Option<Pause>, share: &Share) -> Option<Option<Encoded>> {
    match &mut pause.as_mut()?.until {
        Until::Encoded(result) => Some(result.await),
        Until::Room => {
            share.room().await;
            Some(None)
        }
    }
}
