//! Flow control: decides which senders may go on, and which recipients are cut because they do not
//! read.
//!
//! A sender is held back only by recipients that drain. A recipient that has stopped holds back no
//! sender: it is cut when too much waits for it, or when nothing has moved for too long. A network
//! may be slower than any reader on this machine, so a link counts as draining at a much lower
//! rate.

use std::collections::{BTreeSet, VecDeque};
use std::time::Instant;

use nws_protocol::Pieces;

use super::lag::{Lag, SLOT};
use super::outbox::{Debt, Outbox};
use super::{ConnId, Delivery, Output, Queue};
use crate::channels::{Slowness, Turn};

/// The window of senders is divided by this while more than half of what may wait does, for the
/// recipient or for all recipients together.
const TIGHT: usize = 16;

/// Recipients that lag.
#[derive(Default)]
pub(super) struct Lagging {
    recipients: BTreeSet<ConnId>,
    /// Those of them that are still to be looked at, in turns.
    looks: VecDeque<ConnId>,
    /// Pairs of recipient and sender whose debt has grown since it was last judged.
    pub(super) touched: Vec<(ConnId, ConnId)>,
    /// The time at which all of them are looked at next.
    next_look: Option<Instant>,
}

/// A recipient that has to be cut.
#[derive(Clone, Copy, Debug)]
pub(in crate::channels) struct Verdict {
    pub(in crate::channels) conn: ConnId,
    pub(in crate::channels) why: Slowness,
}

impl Delivery {
    /// Notes that the socket of `conn` took `bytes` and, if it did not take all, that it lags.
    #[inline]
    pub(in crate::channels) fn on_wrote(&mut self, conn: ConnId, bytes: usize, now: Instant) {
        let Some(Queue { lag, outbox, written, .. }) = self.queues.get_mut(conn) else { return };
        *written += bytes as u64;
        outbox.advance(bytes, &mut self.pool, |debt| repay(lag, debt));
        if lag.is_some() || !outbox.is_empty() {
            self.judge_write(conn, bytes, now);
        }
    }

    /// Takes up to `max` bytes of what waits for `conn`, which count as written.
    pub(in crate::channels) fn take(&mut self, conn: ConnId, max: usize, now: Instant) -> Pieces {
        let Some(Queue { lag, outbox, .. }) = self.queues.get_mut(conn) else { return Pieces::default() };
        let taken = outbox.take(max, &mut self.pool, |debt| repay(lag, debt));
        self.judge_write(conn, taken.len(), now);
        taken
    }

    /// Judges a recipient of which `bytes` have been written: does it lag, and may senders go on?
    fn judge_write(&mut self, conn: ConnId, bytes: usize, now: Instant) {
        let Some(queue) = self.queues.get(conn) else { return };
        if queue.outbox.is_empty() {
            if queue.lag.is_some() {
                self.release_all(conn, now);
                self.forget_lag(conn);
            }
            return;
        }
        self.note_lag(conn, bytes, now);
        // Without progress no debt has become smaller, and there may be many debts.
        if bytes > 0 {
            self.release_repaid(conn, now);
        }
    }

    /// Exempts a link stream from blame: what waits for it waits only because other streams of the
    /// link have their turns.
    pub(in crate::channels) fn exempt(&mut self, conn: ConnId, now: Instant) {
        if let Some(lag) = self.queues.get_mut(conn).and_then(|queue| queue.lag.as_mut()) {
            lag.exempt(now);
        }
    }

    /// Judges debts that have grown, until a recipient has to be cut or all are judged. A recipient
    /// that is cut leaves, and the notices of that make debts grow. So call this last, when every
    /// roster is correct, and until it gives `None`.
    #[inline]
    pub(in crate::channels) fn next_verdict(&mut self, now: Instant) -> Option<Verdict> {
        while let Some((recipient, sender)) = self.lagging.touched.pop() {
            self.update_tally(recipient);
            let verdict = self.judge(recipient, sender, now);
            if verdict.is_some() {
                return verdict;
            }
        }
        None
    }

    /// The time at which [`Self::look_at_lagging`] has to be called.
    pub(in crate::channels) const fn next_look(&self) -> Option<Instant> {
        self.lagging.next_look
    }

    /// Looks at the recipients that lag: some may have stopped, or have begun to drain. Gives those
    /// that have stopped.
    pub(in crate::channels) fn look_at_lagging(&mut self, turn: &mut Turn, now: Instant) -> Vec<Verdict> {
        let mut stopped = Vec::new();
        if self.lagging.next_look.is_none_or(|look| now < look) {
            return stopped;
        }
        if self.lagging.looks.is_empty() {
            self.lagging.looks.extend(&self.lagging.recipients);
        }
        while let Some(recipient) = self.lagging.looks.pop_front() {
            stopped.extend(self.look_at(recipient, turn, now));
            if turn.is_over() && !self.lagging.looks.is_empty() {
                return stopped;
            }
        }
        self.lagging.next_look = (!self.lagging.recipients.is_empty()).then(|| now + SLOT);
        stopped
    }

    /// Drops what waits for a recipient that is cut, except the frame of which a part is written.
    /// Gives how many bytes waited; `None` for a recipient that was closing already, which is
    /// reset.
    pub(in crate::channels) fn drop_waiting(&mut self, conn: ConnId) -> Option<usize> {
        let queue = self.queues.get_mut(conn)?;
        if queue.is_closing {
            queue.outbox.clear(&mut self.pool);
            self.forget_lag(conn);
            self.outputs.push_back(Output::Reset { conn });
            return None;
        }
        let waiting = queue.outbox.len();
        queue.outbox.truncate(&mut self.pool);
        self.update_tally(conn);
        Some(waiting)
    }

    /// Ends the lag of a recipient for which nothing waits any more, or that has gone.
    pub(super) fn forget_lag(&mut self, conn: ConnId) {
        let Some(lag) = self.queues.get_mut(conn).and_then(|queue| queue.lag.take()) else { return };
        self.tally.sub(lag.counted);
        self.lagging.recipients.remove(&conn);
    }

    /// Releases every sender that `recipient` holds back.
    pub(super) fn release_all(&mut self, recipient: ConnId, now: Instant) {
        let lag = self.queues.get_mut(recipient).and_then(|queue| queue.lag.as_mut());
        let senders = lag.map(|lag| std::mem::take(&mut lag.holding)).unwrap_or_default();
        senders.into_iter().for_each(|sender| self.release(sender, now));
    }

    #[cold]
    fn note_lag(&mut self, conn: ConnId, bytes: usize, now: Instant) {
        let Some(queue) = self.queues.get_mut(conn) else { return };
        match &mut queue.lag {
            Some(lag) => lag.took(bytes, now),
            None => {
                let lag = Lag::new(&queue.outbox, queue.drain_bytes, self.hasher.clone(), now);
                self.lagging.touched.extend(lag.senders().map(|sender| (conn, sender)));
                queue.lag = Some(Box::new(lag));
                self.lagging.recipients.insert(conn);
                self.lagging.next_look.get_or_insert(now + SLOT);
            }
        }
        self.update_tally(conn);
    }

    /// Brings this recipient's part of the shared count up to date.
    fn update_tally(&mut self, recipient: ConnId) {
        let Some(queue) = self.queues.get_mut(recipient) else { return };
        let Some(lag) = &mut queue.lag else { return };
        let memory = queue.outbox.memory();
        match memory.checked_sub(lag.counted) {
            Some(more) => self.tally.add(more),
            None => self.tally.sub(lag.counted - memory),
        }
        lag.counted = memory;
    }

    fn look_at(&mut self, recipient: ConnId, turn: &mut Turn, now: Instant) -> Option<Verdict> {
        let queue = self.queues.get_mut(recipient).filter(|queue| !queue.is_closing)?;
        let lag = queue.lag.as_mut()?;
        let stall_time = self.limits.stall_time;
        if now.saturating_duration_since(lag.progress) >= stall_time {
            return Some(Verdict { conn: recipient, why: Slowness::Stopped(stall_time) });
        }
        turn.spend_visits(1 + lag.senders().len());
        self.lagging.touched.extend(lag.senders().map(|sender| (recipient, sender)));
        if !lag.is_draining(now) {
            self.release_all(recipient, now);
        } else if now.saturating_duration_since(lag.progress) >= SLOT {
            self.release_below(self.window(recipient, now), recipient, now);
        }
        None
    }

    fn judge(&mut self, recipient: ConnId, sender: ConnId, now: Instant) -> Option<Verdict> {
        let window = self.window(recipient, now);
        let most = self.limits.recipient_queue_max;
        let queue = self.queues.get_mut(recipient).filter(|queue| !queue.is_closing)?;
        let lag = queue.lag.as_mut()?;
        if lag.is_draining(now) {
            if lag.owed(sender) > window && lag.holding.insert(sender) {
                self.hold(sender);
            }
        } else if is_overfull(&queue.outbox, most) {
            return Some(Verdict { conn: recipient, why: Slowness::Behind(most) });
        }
        let largest = if self.tally.is_over() { self.largest() } else { None };
        largest.map(|conn| Verdict { conn, why: Slowness::Largest })
    }

    /// Bytes that one sender may have waiting for `recipient`.
    fn window(&self, recipient: ConnId, now: Instant) -> usize {
        let Some(queue) = self.queues.get(recipient) else { return self.limits.sender_window };
        let spare = self.limits.recipient_queue_max / 2;
        let tight = queue.outbox.len() > spare || self.tally.is_tight();
        let window = self.limits.sender_window / if tight { TIGHT } else { 1 };
        window + queue.lag.as_ref().map_or(0, |lag| lag.allowance(spare, now))
    }

    fn largest(&self) -> Option<ConnId> {
        let waiting = |&conn: &ConnId| self.queues.get(conn).map_or(0, |queue| queue.outbox.len());
        self.lagging.recipients.iter().copied().max_by_key(waiting)
    }

    fn hold(&mut self, sender: ConnId) {
        let Some(queue) = self.queues.get_mut(sender).filter(|queue| !queue.is_closing) else { return };
        queue.holders += 1;
        if queue.holders == 1 {
            self.outputs.push_back(Output::Hold { conn: sender });
        }
    }

    fn release(&mut self, sender: ConnId, now: Instant) {
        let Some(queue) = self.queues.get_mut(sender).filter(|queue| queue.holders > 0) else { return };
        queue.holders -= 1;
        if queue.holders == 0 {
            queue.released = Some(now);
            self.outputs.push_back(Output::Release { conn: sender });
        }
    }

    /// Releases the senders whose debt at `recipient` is small enough now.
    fn release_repaid(&mut self, recipient: ConnId, now: Instant) {
        self.release_below(self.window(recipient, now) / 2, recipient, now);
    }

    // If this were inlined, each message would cost about fifty instructions more.
    #[cold]
    fn release_below(&mut self, enough: usize, recipient: ConnId, now: Instant) {
        let Some(lag) = self.queues.get_mut(recipient).and_then(|queue| queue.lag.as_mut()) else {
            return;
        };
        let holding = std::mem::take(&mut lag.holding);
        let (held, repaid): (BTreeSet<_>, BTreeSet<_>) =
            holding.into_iter().partition(|&sender| lag.owed(sender) > enough);
        lag.holding = held;
        repaid.into_iter().for_each(|sender| self.release(sender, now));
    }
}

/// Lowers what a sender has caused to wait.
fn repay(lag: &mut Option<Box<Lag>>, debt: Debt) {
    if let Some(lag) = lag {
        lag.repay(debt);
    }
}

/// Gives whether more than `most` bytes wait besides the largest message: that one has to fit,
/// whatever its size.
fn is_overfull(outbox: &Outbox, most: usize) -> bool {
    outbox.len() > most && outbox.len() - outbox.largest() > most
}
