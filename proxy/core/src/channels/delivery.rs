//! Keeps what waits for every connection, and what the owner of the sockets is to do.
//!
//! A [`Delivery`] knows connections and frames, and nothing of channels. `flow` judges which
//! senders may go on, and which recipients read too slowly.

mod fifo;
mod flow;
mod lag;
mod outbox;
mod tally;

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ahash::RandomState;
use nws_protocol::Pieces;
use nws_protocol::limits::{DRAIN_BYTES, LINK_DRAIN_BYTES};
use slotmap::SecondaryMap;

use super::{Config, ConnId, Output, Pending, Shared};
use flow::Lagging;
use lag::Lag;
use outbox::{Debt, Outbox, Pool};
use tally::Tally;

pub(super) use flow::Verdict;
pub(super) use outbox::{OutboxFrame, SHARE_MIN};

/// The outboxes of all connections.
pub(super) struct Delivery {
    queues: SecondaryMap<ConnId, Queue>,
    pool: Pool,
    lagging: Lagging,
    outputs: VecDeque<Output>,
    tally: Rc<Tally>,
    hasher: RandomState,
    limits: Limits,
    /// Bytes that were queued since all outputs were last taken.
    fresh: usize,
    /// Bytes of memory that these take: what is shared counts once.
    fresh_memory: usize,
    /// Frames and batches that were ever put into outboxes, and members that were passed over.
    frames: u64,
    /// Bytes that were written to clients that have gone.
    written_to_gone: u64,
}

/// Limits of what may wait, in bytes, and for how long.
#[derive(Clone, Copy)]
struct Limits {
    sender_window: usize,
    recipient_queue_max: usize,
    stall_time: Duration,
}

/// One connection as a recipient and as a sender.
struct Queue {
    outbox: Outbox,
    /// The lag of a recipient whose socket did not take everything.
    lag: Option<Box<Lag>>,
    /// Bytes that a draining recipient takes within
    /// [`DRAIN_TIME`](nws_protocol::limits::DRAIN_TIME).
    drain_bytes: usize,
    /// The number of recipients that hold this sender back.
    holders: usize,
    /// When the last recipient released this sender, if any ever held it.
    released: Option<Instant>,
    /// The connection is closing: nothing is added to its outbox any more.
    is_closing: bool,
    /// `Output::Write` for it is among the outputs.
    is_announced: bool,
    is_client: bool,
    /// Bytes that were written.
    written: u64,
}

/// What is known of a connection as a recipient and as a sender.
#[derive(Clone, Copy, Default)]
pub(super) struct QueueState {
    /// Bytes that wait for it.
    pub(super) waiting: usize,
    /// Bytes that were written to it.
    pub(super) written: u64,
    /// A recipient holds it back.
    pub(super) is_held: bool,
    /// When it last took anything, if it lags.
    pub(super) progress: Option<Instant>,
}

impl Delivery {
    pub(super) fn new(config: &Config, hasher: RandomState) -> Self {
        let limits = Limits {
            sender_window: config.sender_window,
            recipient_queue_max: config.recipient_queue_max,
            stall_time: config.stall_time,
        };
        Self {
            queues: SecondaryMap::new(),
            pool: Pool::default(),
            lagging: Lagging::default(),
            outputs: VecDeque::new(),
            tally: Rc::new(Tally::new(Arc::<Shared>::clone(&config.shared))),
            hasher,
            limits,
            fresh: 0,
            fresh_memory: 0,
            frames: 0,
            written_to_gone: 0,
        }
    }

    /// Adds the connection of a client that has arrived or is about to.
    pub(super) fn open_client(&mut self, conn: ConnId) {
        self.queues.insert(conn, Queue::new(DRAIN_BYTES, true));
    }

    /// Adds the connection of a link stream.
    pub(super) fn open_stream(&mut self, conn: ConnId) {
        self.queues.insert(conn, Queue::new(LINK_DRAIN_BYTES, false));
    }

    /// Removes a connection that has ended.
    pub(super) fn remove(&mut self, conn: ConnId, now: Instant) {
        self.release_all(conn, now);
        self.forget_lag(conn);
        if let Some(mut queue) = self.queues.remove(conn) {
            self.written_to_gone += if queue.is_client { queue.written } else { 0 };
            queue.outbox.clear(&mut self.pool);
        }
        if self.queues.is_empty() {
            self.pool = Pool::default();
        }
    }

    /// From now on nothing that the connection sends is heard, so no recipient holds it back.
    pub(super) fn begin_closing(&mut self, conn: ConnId) {
        let Some(queue) = self.queues.get_mut(conn) else { return };
        queue.is_closing = true;
        if std::mem::take(&mut queue.holders) > 0 {
            self.outputs.push_back(Output::Release { conn });
        }
    }

    /// Queues `last`, and nothing behind it. The connection ends when everything is written.
    pub(super) fn finish(&mut self, conn: ConnId, last: &[u8], now: Instant) {
        self.release_all(conn, now);
        self.send(conn, conn, &OutboxFrame::Copied(last));
        self.outputs.push_back(Output::Finish { conn });
    }

    /// Drops what waits, and asks for the end of the connection.
    pub(super) fn reset(&mut self, conn: ConnId, now: Instant) {
        self.release_all(conn, now);
        if let Some(queue) = self.queues.get_mut(conn) {
            queue.is_closing = true;
            queue.outbox.clear(&mut self.pool);
        }
        self.forget_lag(conn);
        self.outputs.push_back(Output::Reset { conn });
    }

    /// Puts `frame`, which `sender` caused, into the outbox of `to`.
    pub(super) fn send(&mut self, to: ConnId, sender: ConnId, frame: &OutboxFrame<'_>) {
        let Some(queue) = self.queues.get_mut(to) else { return };
        if frame.len() == 0 {
            return;
        }
        self.fresh_memory += frame.memory();
        queue.outbox.push(sender, frame, &mut self.pool);
        self.fresh += frame.len();
        self.frames += 1;
        let debt = Debt { sender, bytes: frame.len() };
        queue.note(to, debt, &mut self.lagging, &mut self.outputs);
    }

    /// Puts a frame in parts into the outbox of `to`, and notes once what follows from all of them.
    pub(super) fn send_in_parts(
        &mut self,
        to: ConnId,
        sender: ConnId,
        beginning: &OutboxFrame<'_>,
        parts: &[OutboxFrame<'_>],
    ) {
        let Some(queue) = self.queues.get_mut(to) else { return };
        let mut bytes = 0;
        for part in std::iter::once(beginning).chain(parts).filter(|part| part.len() > 0) {
            self.fresh_memory += part.memory();
            queue.outbox.push(sender, part, &mut self.pool);
            bytes += part.len();
            self.frames += 1;
        }
        if bytes > 0 {
            self.fresh += bytes;
            queue.note(to, Debt { sender, bytes }, &mut self.lagging, &mut self.outputs);
        }
    }

    /// Adds another output.
    pub(super) fn ask(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    #[inline]
    pub(super) fn poll_output(&mut self) -> Option<Output> {
        let output = self.outputs.pop_front();
        match output {
            Some(Output::Write { conn }) => {
                if let Some(queue) = self.queues.get_mut(conn) {
                    queue.is_announced = false;
                }
            }
            None => (self.fresh, self.fresh_memory) = (0, 0),
            Some(_) => {}
        }
        output
    }

    /// The bytes that wait for `conn`, in order and in pieces.
    pub(super) fn waiting(&self, conn: ConnId) -> impl Iterator<Item = &[u8]> {
        self.queues.get(conn).into_iter().flat_map(|queue| queue.outbox.pieces())
    }

    /// The frame of `encoded`, for so many recipients.
    pub(super) fn frame<'a>(&self, encoded: &'a mut Vec<u8>, recipients: usize) -> OutboxFrame<'a> {
        OutboxFrame::new(encoded, recipients, &self.tally)
    }

    /// A frame that is shared and not copied.
    pub(super) fn shared_frame(&self, bytes: Vec<u8>) -> OutboxFrame<'static> {
        OutboxFrame::owned(bytes, &self.tally)
    }

    /// The frame of `form`, or the beginning of one if `parts` follow.
    pub(super) fn beginning<'a>(&self, form: &'a mut Vec<u8>, parts: &[OutboxFrame<'_>]) -> OutboxFrame<'a> {
        match parts {
            [] => self.shared_frame(std::mem::take(form)),
            _ => OutboxFrame::Copied(form),
        }
    }

    /// The parts of a frame, which follow its beginning. They are shared and not copied.
    pub(super) fn parts(&self, body: Option<Pieces>) -> Vec<OutboxFrame<'static>> {
        let pieces = body.into_iter().flat_map(Pieces::into_pieces);
        pieces.map(|(piece, skipped)| OutboxFrame::part(piece, skipped, &self.tally)).collect()
    }

    pub(super) fn fresh(&self) -> Pending {
        Pending { bytes: self.fresh, memory: self.fresh_memory, outputs: self.outputs.len() }
    }

    pub(super) const fn fresh_bytes(&self) -> usize {
        self.fresh
    }

    pub(super) const fn frames(&self) -> u64 {
        self.frames
    }

    /// Counts so many members that were looked at and got nothing, which costs about as much as a
    /// frame.
    pub(super) fn pass_over(&mut self, members: usize) {
        self.frames += members as u64;
    }

    /// Ends a turn after so many outputs, while others are left: see
    /// [`Channels::end_turn`](super::Channels::end_turn).
    pub(super) fn end_turn(&mut self, done: usize) {
        let left = self.outputs.len();
        for count in [&mut self.fresh, &mut self.fresh_memory] {
            *count = (*count as u128 * left as u128 / (left + done).max(1) as u128) as usize;
        }
    }

    /// Frees buffers that have not been needed since this was last called.
    pub(super) fn trim(&mut self) {
        self.pool.trim();
    }

    /// Frees memory of a connection in which nothing waits. Who joins a large channel, or is in one
    /// in which many speak at once, needs a kibibyte or two for the moment.
    pub(super) fn free_spare(&mut self, conn: ConnId) {
        if let Some(queue) = self.queues.get_mut(conn) {
            queue.outbox.free_spare();
        }
    }

    /// What is known of a connection.
    pub(super) fn state(&self, conn: ConnId) -> QueueState {
        self.queues.get(conn).map_or_else(QueueState::default, |queue| QueueState {
            waiting: queue.outbox.len(),
            written: queue.written,
            is_held: queue.holders > 0,
            progress: queue.lag.as_ref().map(|lag| lag.progress),
        })
    }

    /// Bytes that were ever written to clients.
    pub(super) fn written_to_clients(&self) -> u64 {
        let clients = self.queues.values().filter(|queue| queue.is_client);
        self.written_to_gone + clients.map(|queue| queue.written).sum::<u64>()
    }

    /// Gives whether a recipient holds the sender back.
    pub(super) fn is_held(&self, conn: ConnId) -> bool {
        self.queues.get(conn).is_some_and(|queue| queue.holders > 0)
    }

    /// When a recipient that lags last took anything.
    pub(super) fn last_progress(&self, conn: ConnId) -> Option<Instant> {
        self.queues.get(conn)?.lag.as_ref().map(|lag| lag.progress)
    }

    /// When a sender was last released, if it was ever held.
    pub(super) fn last_release(&self, conn: ConnId) -> Option<Instant> {
        self.queues.get(conn)?.released
    }
}

impl Queue {
    fn new(drain_bytes: usize, is_client: bool) -> Self {
        Self {
            outbox: Outbox::default(),
            lag: None,
            drain_bytes,
            holders: 0,
            released: None,
            is_closing: false,
            is_announced: false,
            is_client,
            written: 0,
        }
    }

    /// Notes what was put into the outbox of this recipient, `to`, and has it written.
    #[inline]
    fn note(&mut self, to: ConnId, debt: Debt, lagging: &mut Lagging, outputs: &mut VecDeque<Output>) {
        if let Some(lag) = &mut self.lag {
            lag.owe(debt);
            lagging.touched.push((to, debt.sender));
        }
        if !self.is_announced {
            self.is_announced = true;
            outputs.push_back(Output::Write { conn: to });
        }
    }
}

#[cfg(test)]
mod tests {
    use slotmap::SlotMap;

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "any time is as good as another")]
    fn a_message_in_parts_is_judged_once() {
        let hasher = RandomState::with_seeds(1, 2, 3, 4);
        let (mut delivery, now) = (Delivery::new(&Config::default(), hasher), Instant::now());
        let mut conns = SlotMap::<ConnId, ()>::with_key();
        let [to, sender] = [(); 2].map(|()| conns.insert(()));
        delivery.open_client(to);
        delivery.send(to, sender, &OutboxFrame::Copied(&[0; 10]));
        delivery.on_wrote(to, 0, now);
        delivery.lagging.touched.clear();
        let parts = [100, 200, 300].map(|len| OutboxFrame::part(vec![0; len], 0, &delivery.tally));
        delivery.send_in_parts(to, sender, &OutboxFrame::Copied(&[0; 5]), &parts);
        assert_eq!(delivery.lagging.touched, [(to, sender)]);
        assert_eq!((delivery.frames(), delivery.fresh_bytes()), (1 + 4, 10 + 605));
        let queue = &delivery.queues[to];
        assert_eq!(queue.lag.as_ref().map(|lag| lag.owed(sender)), Some(queue.outbox.len()));
    }
}
