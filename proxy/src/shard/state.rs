//! Shares state between the sessions and the driver of one shard.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Waker};
use std::time::Instant;

use futures_util::future::LocalBoxFuture;
use nws_core::{
    Channels, ConnId, Cut, Encoded, Input, LongMessage, MuxInput, Output, StreamId, Survey, SurveyBounds,
};
use nws_protocol::limits::{READ_PER_PASS, WRITES_PER_PASS, WRITTEN_PER_PASS};
use nws_protocol::{ChannelName, CloseCode};
use slotmap::SlotMap;
use tokio::sync::{mpsc, oneshot};

use super::load::Load;
use super::news::{News, Untold};
use super::pace::Pace;
use super::stream_sender::StreamSender;
use super::write::{self, Outcome};
use crate::guard::guarded;
use crate::refusals::{Refusals, Refused};
use crate::signal::Signal;
use crate::stream::WriteHalf;
use crate::workers::Workers;

/// Bytes queued at once, for all sockets together, after which others have their turn.
const QUEUED_PER_TURN: usize = 1024 * 1024;

/// Outputs that are applied before the clock is read again: one write takes some 10 µs.
const LOOK_AT_CLOCK: usize = 64;

/// The state machine of a shard, and its sockets.
pub(super) struct Shard {
    core: RefCell<Channels>,
    conns: RefCell<SlotMap<ConnId, Conn>>,
    /// Wakes the driver.
    pub(super) work: Signal,
    has_work: Cell<bool>,
    /// The buffer into which every session reads.
    pub(super) buffer: RefCell<Box<[u8]>>,
    pub(super) message_max: usize,
    /// Channels that were opened or closed, if there is a listener for them.
    pub(super) untold: Option<Untold<bool>>,
    refusals: Refusals,
    workers: Workers,
    /// So much was queued at once that others have to have their turn.
    is_turn_over: Cell<bool>,
    pace: Pace,
    load: Load,
}

/// Whether the state machine asks for more than was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    Some,
    Nothing,
}

/// The orders of the driver to a session.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Orders {
    /// Do not read.
    pub(super) hold: bool,
    /// Write when the socket takes more.
    pub(super) blocked: bool,
    /// Stop processing what comes, and end when everything is written.
    pub(super) finish: bool,
    /// End now.
    pub(super) reset: bool,
}

/// The client or the group of a connection.
enum Conn {
    /// A client, or one that has reserved an id.
    Client(Client),
    /// Members of another proxy.
    Stream { sender: Rc<StreamSender>, stream: StreamId },
}

#[derive(Default)]
struct Client {
    socket: Option<WriteHalf>,
    reply: Option<oneshot::Sender<()>>,
    orders: Orders,
    session: Option<Waker>,
}

impl Client {
    fn order(&mut self, change: impl FnOnce(&mut Orders)) {
        change(&mut self.orders);
        if let Some(session) = &self.session {
            session.wake_by_ref();
        }
    }

    /// Writes what waits, unless the socket is known to take nothing. Gives how many bytes it took.
    fn write(&mut self, core: &mut Channels, conn: ConnId, now: Instant) -> usize {
        let Some(socket) = self.socket.as_ref().filter(|_| !self.orders.blocked) else { return 0 };
        let mut written = 0;
        match write::all(core, conn, socket, &mut written, now) {
            Outcome::Drained => {}
            Outcome::Blocked => self.order(|orders| orders.blocked = true),
            Outcome::Broken => self.order(|orders| orders.reset = true),
        }
        written
    }
}

impl Shard {
    /// A shard without connections. `tells` says whether there is a listener for its channels.
    pub(super) fn new(
        core: Channels,
        message_max: usize,
        tells: bool,
        refusals: Refusals,
        workers: Workers,
        pace: Pace,
    ) -> Rc<Self> {
        Rc::new(Self {
            core: RefCell::new(core),
            conns: RefCell::default(),
            work: Signal::default(),
            has_work: Cell::new(false),
            buffer: RefCell::new(vec![0; READ_PER_PASS].into_boxed_slice()),
            message_max,
            untold: tells.then(Untold::default),
            refusals,
            workers,
            is_turn_over: Cell::new(false),
            pace,
            load: Load::new(),
        })
    }

    /// Passes inputs to the state machine, and wakes the driver if there may be work.
    pub(super) fn enter(&self, inputs: impl FnOnce(&mut Channels, Instant)) {
        let began = Instant::now();
        let fresh = guarded(|| {
            let mut core = self.core.borrow_mut();
            inputs(&mut core, began);
            core.fresh()
        });
        if fresh.bytes >= QUEUED_PER_TURN {
            self.is_turn_over.set(true);
        }
        let now = Instant::now();
        let is_due = self.pace.is_due(fresh, began, now, self.load.share(now));
        let rest = if is_due { self.work_off() } else { Rest::Some };
        if rest == Rest::Some && !self.has_work.replace(true) {
            self.work.give();
        }
    }

    pub(super) fn input(&self, input: Input<'_>) {
        self.enter(|core, now| core.handle(input, now));
    }

    /// What there is at this moment.
    pub(super) fn survey(&self, bounds: SurveyBounds) -> Survey {
        guarded(|| self.core.borrow_mut().survey(bounds, Instant::now()))
    }

    /// Closes the connection of a client, because the user of this machine wants that. Gives whether
    /// it was present.
    pub(super) fn disconnect(&self, conn: ConnId) -> bool {
        let is_present = self.core.borrow().is_client(conn);
        if is_present {
            self.input(Input::Refuse { conn, code: CloseCode::Policy, reason: "disconnected by the user" });
        }
        is_present
    }

    /// Encodes a long message where no other client waits for it. Gives `None` when the proxy ends.
    pub(super) fn encode(&self, message: LongMessage) -> LocalBoxFuture<'static, Option<Encoded>> {
        let work = self.workers.clone().run(move || guarded(|| message.encode()));
        Box::pin(async move { work.await.ok() })
    }

    /// Gives whether others have to have their turn before anything else is begun. Says so once.
    pub(super) fn is_turn_over(&self) -> bool {
        self.is_turn_over.take()
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.core.borrow().poll_timeout()
    }

    /// Gives whether the state machine is due to be called.
    pub(super) fn is_due(&self) -> bool {
        self.poll_timeout().is_some_and(|due| due <= Instant::now())
    }

    /// Bytes that may be read from a client before others have their turn.
    pub(super) fn read_max(&self, conn: ConnId) -> usize {
        self.core.borrow().read_max(conn)
    }

    /// Applies the outputs of the state machine, as many as fit into a turn.
    pub(super) fn work_off(&self) -> Rest {
        self.has_work.set(false);
        let mut core = self.core.borrow_mut();
        let mut conns = self.conns.borrow_mut();
        guarded(|| {
            let began = Instant::now();
            let mut now = began;
            let (mut count, mut writes, mut written) = (0, 0, 0);
            let mut rest = Rest::Some;
            while count < WRITES_PER_PASS && written < WRITTEN_PER_PASS {
                let Some(output) = core.poll_output() else {
                    rest = Rest::Nothing;
                    break;
                };
                if let Some(bytes) = self.apply_output(&mut core, &mut conns, output, now) {
                    written += bytes;
                    writes += 1;
                }
                count += 1;
                if count.is_multiple_of(LOOK_AT_CLOCK) {
                    now = Instant::now();
                }
            }
            if rest == Rest::Some {
                core.end_turn(count);
            }
            // What else takes time, such as encoding for a link, says nothing of writes.
            self.pace.wrote(if writes == count { writes } else { 0 }, written, began.elapsed());
            rest
        })
    }

    /// Continues to write to a socket that takes bytes again.
    pub(super) fn unblock(&self, conn: ConnId) {
        let mut conns = self.conns.borrow_mut();
        if let Some(Conn::Client(client)) = conns.get_mut(conn) {
            client.orders.blocked = false;
            guarded(|| client.write(&mut self.core.borrow_mut(), conn, Instant::now()));
        }
        drop(conns);
        // Senders may have been released.
        self.enter(|_, _| {});
    }

    /// What the session of `conn` has to do. The session is woken when that changes.
    pub(super) fn orders(&self, conn: ConnId, cx: &Context<'_>) -> Orders {
        let mut conns = self.conns.borrow_mut();
        let Some(Conn::Client(client)) = conns.get_mut(conn) else {
            return Orders { reset: true, ..Orders::default() };
        };
        if !client.session.as_ref().is_some_and(|session| session.will_wake(cx.waker())) {
            client.session = Some(cx.waker().clone());
        }
        client.orders
    }

    pub(super) fn is_drained(&self, conn: ConnId) -> bool {
        self.core.borrow().waiting(conn).next().is_none()
    }

    pub(super) fn add_client(&self, reply: Option<oneshot::Sender<()>>) -> ConnId {
        self.conns.borrow_mut().insert(Conn::Client(Client { reply, ..Client::default() }))
    }

    pub(super) fn add_stream(&self, sender: Rc<StreamSender>, stream: StreamId) -> ConnId {
        self.conns.borrow_mut().insert(Conn::Stream { sender, stream })
    }

    pub(super) fn attach(&self, conn: ConnId, socket: WriteHalf) {
        if let Some(Conn::Client(client)) = self.conns.borrow_mut().get_mut(conn) {
            client.socket = Some(socket);
        }
    }

    pub(super) fn remove(&self, conn: ConnId) {
        self.input(Input::Gone { conn });
        self.conns.borrow_mut().remove(conn);
    }

    /// Ends every connection now.
    pub(super) fn reset_all(&self) {
        for conn in self.conns.borrow_mut().values_mut() {
            match conn {
                Conn::Client(client) => client.order(|orders| orders.reset = true),
                Conn::Stream { sender, .. } => sender.handle(MuxInput::Failed),
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.conns.borrow().is_empty()
    }

    /// Tells which channels were opened and closed, until the listener is gone.
    pub(super) async fn tell_news(&self, listener: mpsc::Sender<News>) {
        if let Some(untold) = &self.untold {
            untold.tell(listener).await;
        }
    }

    fn tell(&self, channel: ChannelName, is_open: bool) {
        if let Some(untold) = &self.untold {
            untold.add(channel, is_open);
        }
    }

    /// Applies an output of the state machine. Gives how many bytes the socket took, if it was a
    /// write to a client.
    fn apply_output(
        &self,
        core: &mut Channels,
        conns: &mut SlotMap<ConnId, Conn>,
        output: Output,
        now: Instant,
    ) -> Option<usize> {
        match output {
            Output::Opened { channel } => self.tell(channel, true),
            Output::Closed { channel } => self.tell(channel, false),
            Output::Write { conn } => match conns.get_mut(conn) {
                Some(Conn::Client(client)) => return Some(client.write(core, conn, now)),
                Some(Conn::Stream { sender, stream }) => {
                    sender.enter(MuxInput::Waiting { stream: *stream }, core, now);
                }
                None => {}
            },
            Output::Hold { conn } => match conns.get_mut(conn) {
                Some(Conn::Client(client)) => client.order(|orders| orders.hold = true),
                Some(Conn::Stream { sender, stream }) => sender.handle(MuxInput::Held { stream: *stream }),
                None => {}
            },
            Output::Release { conn } => match conns.get_mut(conn) {
                Some(Conn::Client(client)) => client.order(|orders| orders.hold = false),
                Some(Conn::Stream { sender, stream }) => {
                    sender.enter(MuxInput::Released { stream: *stream }, core, now);
                }
                None => {}
            },
            Output::Finish { conn } => {
                if let Some(Conn::Client(client)) = conns.get_mut(conn) {
                    client.order(|orders| orders.finish = true);
                }
            }
            Output::Reset { conn } => match conns.get_mut(conn) {
                Some(Conn::Client(client)) => client.order(|orders| orders.reset = true),
                Some(Conn::Stream { sender, .. }) => sender.handle(MuxInput::Failed),
                None => {}
            },
            Output::Cut(cut) => {
                let Cut { why, waiting, .. } = &*cut;
                tracing::warn!(waiting, "a client reads too slowly and is closed with 1013: {why}");
            }
            Output::Full => self.refusals.count(Refused::Full),
            Output::Reserved { conn } => {
                if let Some(Conn::Client(client)) = conns.get_mut(conn)
                    && let Some(reply) = client.reply.take()
                {
                    // A client that has gone meanwhile drops its reservation too.
                    let _ = reply.send(());
                }
            }
            Output::Taken { conn } => drop(conns.remove(conn)),
        }
        None
    }
}
