//! The side of a shard on which a link is: channels that it is matched on come and go, and their streams
//! are passed on in both directions.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use nws_core::{ChannelKey, ConnId, Encoded, Input, Kept, Share, Turn};
use nws_protocol::link::Slot;
use nws_protocol::{ChannelName, ProxyId, Scope};
use tokio::sync::{Notify, mpsc};
use tokio::task::yield_now;

use super::seat::Seat;
use super::state::Shard;
use super::trunk::Trunk;

/// Tells the matches of one slot apart: nothing that was said in one may be sent in another.
pub(crate) type Life = u32;

/// What a link tells a shard. It comes in this order through one queue, so nothing of an earlier match is
/// taken for a later one.
#[derive(Debug)]
pub(crate) enum FromLink {
    /// Both sides know a channel.
    Matched {
        /// The own slot of it.
        slot: Slot,
        /// Tells this match from others of the same slot.
        life: Life,
        /// The channel.
        channel: ChannelName,
    },
    /// The next bytes of the other side's stream.
    Data {
        /// The own slot.
        slot: Slot,
        /// The bytes.
        bytes: Bytes,
        /// They count, if they are many.
        kept: Option<Kept>,
    },
    /// The other side takes more of ours.
    Credit {
        /// The own slot.
        slot: Slot,
        /// Bytes.
        bytes: u32,
    },
    /// One side has left the channel.
    Parted {
        /// The own slot.
        slot: Slot,
    },
}

/// What a shard tells a link.
#[derive(Debug)]
pub(crate) enum ToLink {
    /// A frame of the link, whole.
    Frame {
        /// The own slot.
        slot: Slot,
        /// The match to which it belongs.
        life: Life,
        /// The frame.
        frame: Vec<u8>,
    },
    /// The other side may send more.
    Credit {
        /// The own slot.
        slot: Slot,
        /// The match to which it belongs.
        life: Life,
        /// Bytes.
        bytes: u32,
    },
}

/// One link as one shard sees it. It ends when `from` does.
pub(crate) struct LinkEnd {
    /// Who is at the other end.
    pub(crate) proxy: ProxyId,
    /// Where what is kept because of it counts.
    pub(crate) share: Share,
    /// What the link tells.
    pub(crate) from: mpsc::Receiver<FromLink>,
    /// What the link is told, by this shard only. While it is full, what is to be told waits in the outboxes of
    /// the core.
    pub(crate) to: mpsc::Sender<ToLink>,
    /// Rung when the link has to be closed.
    pub(crate) broken: Arc<Notify>,
}

/// How often those who wait for their turn are excused: much more often than flow control looks at them.
const EXCUSE_PERIOD: Duration = Duration::from_millis(200);

/// Trunks of one link that wait until the link has room, and have their turns in this order.
#[derive(Default)]
pub(super) struct Queue {
    writing: RefCell<VecDeque<ConnId>>,
    paying: RefCell<Vec<ConnId>>,
    /// Whose turn it is.
    turn: Cell<Option<ConnId>>,
    failed: Cell<bool>,
    changed: Notify,
}

/// Serves one link.
pub(super) struct Port {
    shard: Rc<Shard>,
    end: LinkEnd,
    trunks: HashMap<Slot, Seat>,
    queue: Rc<Queue>,
    /// When those who wait were last excused.
    excused: Instant,
    /// What the link has cost since others had their turn.
    turn: Turn,
    /// Why nothing that the link tells is heard for a while.
    pause: Option<Pause>,
}

/// A while in which a link is not heard. What is said to it goes on.
struct Pause {
    slot: Slot,
    /// What was not heard yet of this slot.
    rest: Bytes,
    kept: Option<Kept>,
    until: Until,
}

/// When a pause ends.
enum Until {
    /// When the message before the rest has been encoded elsewhere.
    Encoded(LocalBoxFuture<'static, Option<Encoded>>),
    /// When there is room for what the rest makes this proxy keep: a few bytes may do that to many.
    Room,
}

impl Queue {
    /// Whether others have to have their turn before `conn` may write.
    pub(super) fn is_turn_of_another(&self, conn: ConnId) -> bool {
        self.turn.get() != Some(conn) && self.is_waited_for()
    }

    /// Whether anybody waits for a turn.
    pub(super) fn is_waited_for(&self) -> bool {
        !self.writing.borrow().is_empty()
    }

    pub(super) fn wait_for_room(&self, conn: ConnId) {
        if !self.waits_for_room(conn) {
            self.writing.borrow_mut().push_back(conn);
        }
        self.changed.notify_one();
    }

    /// For one whose turn it is, or who is the only one.
    pub(super) fn wait_for_room_first(&self, conn: ConnId) {
        if !self.waits_for_room(conn) {
            self.writing.borrow_mut().push_front(conn);
        }
        self.changed.notify_one();
    }

    pub(super) fn wait_to_pay(&self, conn: ConnId) {
        let mut paying = self.paying.borrow_mut();
        if !paying.contains(&conn) {
            paying.push(conn);
        }
        self.changed.notify_one();
    }

    pub(super) fn fail(&self) {
        self.failed.set(true);
        self.changed.notify_one();
    }

    fn waits_for_room(&self, conn: ConnId) -> bool {
        self.writing.borrow().contains(&conn)
    }

    fn is_empty(&self) -> bool {
        !self.is_waited_for() && self.paying.borrow().is_empty()
    }
}

impl Port {
    pub(super) fn new(shard: &Rc<Shard>, end: LinkEnd) -> Self {
        Self {
            shard: Rc::clone(shard),
            end,
            trunks: HashMap::new(),
            queue: Rc::default(),
            excused: Instant::now(),
            turn: Turn::default(),
            pause: None,
        }
    }

    /// Serves until the link ends, or has to. Then everybody behind it leaves, and others have their turns in between.
    pub(super) async fn serve(mut self) {
        self.run().await;
        let Self { trunks, end, .. } = self;
        // What was not heard takes no memory any more.
        drop(end);
        for (_, seat) in trunks {
            drop(seat);
            yield_now().await;
        }
    }

    async fn run(&mut self) {
        let to = self.end.to.clone();
        loop {
            if self.queue.failed.get() {
                return self.end.broken.notify_one();
            }
            let waits = !self.queue.is_empty();
            tokio::select! {
                // One flood must not keep the other direction waiting: no branch comes first.
                told = self.end.from.recv(), if self.pause.is_none() => match told {
                    Some(told) => self.hear(told).await,
                    None => return,
                },
                Some(encoded) = over(&mut self.pause, &self.end.share) => self.go_on(encoded).await,
                // A link that has ended need not wait for room.
                () = to.closed(), if self.waits_for_room() => return,
                // Nobody else sends here, so the room is still there afterwards.
                room = to.reserve(), if waits => match room.map(drop) {
                    Ok(()) => self.use_room(),
                    Err(_) => return,
                },
                () = self.queue.changed.notified() => {}
            }
        }
    }

    async fn hear(&mut self, told: FromLink) {
        match told {
            FromLink::Matched { slot, life, channel } => {
                self.start(slot, life, channel);
                yield_now().await;
            }
            FromLink::Data { slot, bytes, kept } => self.take(slot, bytes, kept).await,
            FromLink::Credit { slot, bytes } => {
                if let Some(seat) = self.trunks.get(&slot) {
                    self.shard.with_trunk(seat.conn(), |trunk, _| trunk.add_credit(bytes));
                    // One that waits for its turn has to wait on.
                    if !self.queue.waits_for_room(seat.conn()) {
                        self.shard.unblock(seat.conn());
                    }
                }
            }
            FromLink::Parted { slot } => {
                drop(self.trunks.remove(&slot));
                yield_now().await;
            }
        }
    }

    fn start(&mut self, slot: Slot, life: Life, name: ChannelName) {
        let seat = Seat::new(&self.shard, None);
        let trunk = Trunk::new(seat.conn(), (slot, life), self.end.to.clone(), Rc::clone(&self.queue));
        self.shard.attach_trunk(seat.conn(), trunk);
        let channel = ChannelKey { scope: Scope::Network, name };
        let (proxy, share) = (self.end.proxy.clone(), self.end.share.clone());
        self.shard.input(Input::Trunk { conn: seat.conn(), channel, proxy, share });
        self.trunks.insert(slot, seat);
    }

    async fn take(&mut self, slot: Slot, bytes: Bytes, kept: Option<Kept>) {
        let Some(conn) = self.trunks.get(&slot).map(Seat::conn) else { return };
        let may = self.shard.with_trunk(conn, |trunk, _| trunk.take(bytes.len()));
        match may {
            Some(true) => self.pass_on(slot, bytes, kept).await,
            Some(false) | None => self.queue.fail(),
        }
    }

    /// Others of this shard have their turns in between, so that no link keeps them waiting for
    /// long.
    async fn pass_on(&mut self, slot: Slot, bytes: Bytes, kept: Option<Kept>) {
        let Some(conn) = self.trunks.get(&slot).map(Seat::conn) else { return };
        let mut rest = &*bytes;
        while !rest.is_empty() {
            let Self { shard, turn, end, .. } = self;
            let mut long = None;
            let has_room = !end.share.waits();
            if has_room {
                shard.enter(|core, now| long = core.hear_stream(conn, &mut rest, turn, now));
            }
            let until = match long {
                Some(message) => Some(Until::Encoded(shard.encode(message))),
                None => (!has_room).then_some(Until::Room),
            };
            if let Some(until) = until {
                self.pause = Some(Pause { slot, rest: bytes.slice_ref(rest), kept, until });
                return;
            }
            if turn.is_over() {
                *turn = Turn::default();
                yield_now().await;
            }
        }
        self.pay(conn);
    }

    /// Goes on after a pause, for a long message if that is what there is.
    async fn go_on(&mut self, encoded: Option<Encoded>) {
        let Some(Pause { slot, rest, kept, .. }) = self.pause.take() else { return };
        if let (Some(conn), Some(message)) = (self.trunks.get(&slot).map(Seat::conn), encoded) {
            self.shard.input(Input::Encoded { conn, message });
        }
        self.pass_on(slot, rest, kept).await;
    }

    fn waits_for_room(&self) -> bool {
        matches!(self.pause, Some(Pause { until: Until::Room, .. }))
    }

    fn pay(&self, conn: ConnId) {
        self.shard.with_trunk(conn, Trunk::obey);
    }

    /// Asks for more first: then both directions move. The link has room again, so it moves, and whoever still
    /// waits does so because of others.
    fn use_room(&mut self) {
        let paying = std::mem::take(&mut *self.queue.paying.borrow_mut());
        paying.into_iter().for_each(|conn| self.pay(conn));
        let waiting = self.queue.writing.borrow().len();
        for _ in 0..waiting {
            let next = self.queue.writing.borrow_mut().pop_front();
            let Some(conn) = next else { break };
            self.queue.turn.set(Some(conn));
            self.shard.unblock(conn);
            self.queue.turn.set(None);
            if self.end.to.capacity() == 0 {
                break;
            }
        }
        self.excuse();
    }

    fn excuse(&mut self) {
        if self.excused.elapsed() < EXCUSE_PERIOD {
            return;
        }
        self.excused = Instant::now();
        let waiting: Vec<ConnId> = self.queue.writing.borrow().iter().copied().collect();
        self.shard.enter(|core, now| {
            waiting.into_iter().for_each(|conn| core.handle(Input::Queued { conn }, now));
        });
    }
}

/// The end of a pause, if there is one, and what a long message has become.
async fn over(pause: &mut Option<Pause>, share: &Share) -> Option<Option<Encoded>> {
    match &mut pause.as_mut()?.until {
        Until::Encoded(result) => Some(result.await),
        Until::Room => {
            share.room().await;
            Some(None)
        }
    }
}
