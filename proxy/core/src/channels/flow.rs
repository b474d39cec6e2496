//! Flow control: who may go on sending, and who is cut because it does not read.
//!
//! A sender is held back only by recipients that drain; one that has stopped holds nobody back, and
//! is cut when too much waits for it or nothing moves. A network may be slower than any reader on this
//! machine, so a link may drain much more slowly.

use std::collections::{BTreeSet, VecDeque};
use std::time::Instant;

use nws_protocol::CloseCode;
use nws_protocol::limits::{DRAIN_BYTES, LINK_DRAIN_BYTES, UNFINISHED_MAX, UNFINISHED_SHARE};
use nws_protocol::structured::LeaveReason;
use nws_protocol::websocket;

use super::lag::{Lag, SLOT};
use super::outbox::{Debt, Frame, Outbox};
use super::{Channels, ConnId, Cut, Output, Slowness, Turn};

/// Divides the window of senders while more than half of what may wait, for the recipient or for all
/// together, does.
const TIGHT: usize = 16;

/// Recipients that lag.
#[derive(Default)]
pub(super) struct Lagging {
    recipients: BTreeSet<ConnId>,
    /// Those of them that are to be looked at, in turns.
    looks: VecDeque<ConnId>,
    /// Pairs of recipient and sender whose debt has grown since it was last judged.
    touched: Vec<(ConnId, ConnId)>,
    /// When they are looked at next.
    pub(super) next_look: Option<Instant>,
}

impl Channels {
    /// Puts `frame`, which `sender` caused, into the outbox of `to`.
    pub(super) fn queue(&mut self, to: ConnId, sender: ConnId, frame: &Frame<'_>) {
        let Some(member) = self.members.get_mut(to) else { return };
        if frame.len() == 0 {
            return;
        }
        member.outbox.push(sender, frame, &mut self.pool);
        self.fresh += frame.len();
        self.frames += 1;
        if let Some(lag) = &mut member.lag {
            lag.owe(Debt { sender, bytes: frame.len() });
            self.lagging.touched.push((to, sender));
        }
        if !member.announced {
            member.announced = true;
            self.outputs.push_back(Output::Write { conn: to });
        }
    }

    /// Queues what `write` writes.
    pub(super) fn queue_with(&mut self, to: ConnId, sender: ConnId, write: impl FnOnce(&mut Vec<u8>)) {
        let mut frame = std::mem::take(&mut self.encoded);
        write(&mut frame);
        self.queue(to, sender, &Frame::Copied(&frame));
        frame.clear();
        self.encoded = frame;
    }

    /// Notes that the socket of `conn` took `bytes` and, if it did not take all, that it lags.
    pub(super) fn on_wrote(&mut self, conn: ConnId, bytes: usize, now: Instant) {
        let Some(member) = self.members.get_mut(conn) else { return };
        let lag = &mut member.lag;
        member.outbox.advance(bytes, &mut self.pool, |debt| {
            if let Some(lag) = lag {
                lag.repay(debt);
            }
        });
        if member.outbox.is_empty() {
            if member.lag.is_some() {
                self.let_all_go(conn, now);
                self.forget_lag(conn);
            }
            return;
        }
        self.note_lag(conn, bytes, now);
        // Without progress nobody has been repaid, and there may be many.
        if bytes > 0 {
            self.let_repaid_go(conn, now);
        }
    }

    /// What waits for a trunk waits for its turn, while others of the link have theirs: that is not its fault.
    pub(super) fn on_queued(&mut self, conn: ConnId, now: Instant) {
        if let Some(lag) = self.members.get_mut(conn).and_then(|member| member.lag.as_mut()) {
            lag.excuse(now);
        }
    }

    /// Notes what is held for an unfinished message. When too much is held for all together, and somebody
    /// adds to it, whoever holds most is closed; but nobody who keeps to its share.
    pub(super) fn on_unfinished(&mut self, conn: ConnId, bytes: usize, now: Instant) {
        let Some(member) = self.members.get_mut(conn).filter(|member| member.is_open()) else { return };
        member.heard = now;
        let before = std::mem::replace(&mut member.unfinished, bytes);
        self.note_unfinished(conn, before, bytes);
        if bytes > before
            && self.config.shared.unfinished() > UNFINISHED_MAX
            && let Some(&(_, most)) = self.unfinished.last()
        {
            self.close(most, CloseCode::TryAgainLater, "too many unfinished messages", now);
        }
    }

    /// Counts what a client has sent of a message without an end. Nearly all have no more than their share,
    /// and cost nothing else.
    pub(super) fn note_unfinished(&mut self, conn: ConnId, before: usize, after: usize) {
        self.config.shared.count_unfinished(before, after);
        if before > UNFINISHED_SHARE {
            self.unfinished.remove(&(before, conn));
        }
        if after > UNFINISHED_SHARE {
            self.unfinished.insert((after, conn));
        }
    }

    /// Judges every debt that has grown. Whoever is cut leaves, and that makes debts grow: so this
    /// comes last, when every roster is as it should be, and is a loop.
    pub(super) fn judge_touched(&mut self, now: Instant) {
        while let Some((recipient, sender)) = self.lagging.touched.pop() {
            self.settle(recipient);
            self.judge(recipient, sender, now);
        }
    }

    /// Looks at those who lag, some of whom may have stopped or begun to drain since.
    pub(super) fn judge_lagging(&mut self, turn: &mut Turn, now: Instant) {
        if self.lagging.next_look.is_none_or(|look| now < look) {
            return;
        }
        if self.lagging.looks.is_empty() {
            self.lagging.looks.extend(&self.lagging.recipients);
        }
        while let Some(recipient) = self.lagging.looks.pop_front() {
            self.look_at(recipient, turn, now);
            if turn.is_over() && !self.lagging.looks.is_empty() {
                return;
            }
        }
        self.lagging.next_look = (!self.lagging.recipients.is_empty()).then(|| now + SLOT);
    }

    /// Ends the lag of a recipient for which nothing waits any more, or that is gone.
    pub(super) fn forget_lag(&mut self, conn: ConnId) {
        let Some(lag) = self.members.get_mut(conn).and_then(|member| member.lag.take()) else { return };
        self.tally.sub(lag.counted);
        self.lagging.recipients.remove(&conn);
    }

    /// Releases every sender that `recipient` holds back.
    pub(super) fn let_all_go(&mut self, recipient: ConnId, now: Instant) {
        let lag = self.members.get_mut(recipient).and_then(|member| member.lag.as_mut());
        let senders = lag.map(|lag| std::mem::take(&mut lag.holding)).unwrap_or_default();
        senders.into_iter().for_each(|sender| self.let_go(sender, now));
    }

    #[cold]
    fn note_lag(&mut self, conn: ConnId, bytes: usize, now: Instant) {
        let Some(member) = self.members.get_mut(conn) else { return };
        match &mut member.lag {
            Some(lag) => lag.took(bytes, now),
            None => {
                let enough = if member.trunk.is_some() { LINK_DRAIN_BYTES } else { DRAIN_BYTES };
                let lag = Lag::new(&member.outbox, enough, self.hasher.clone(), now);
                self.lagging.touched.extend(lag.senders().map(|sender| (conn, sender)));
                member.lag = Some(Box::new(lag));
                self.lagging.recipients.insert(conn);
                self.lagging.next_look.get_or_insert(now + SLOT);
            }
        }
        self.settle(conn);
    }

    /// Brings the count of all queues up to date.
    fn settle(&mut self, recipient: ConnId) {
        let Some(member) = self.members.get_mut(recipient) else { return };
        let Some(lag) = &mut member.lag else { return };
        let memory = member.outbox.memory();
        match memory.checked_sub(lag.counted) {
            Some(more) => self.tally.add(more),
            None => self.tally.sub(lag.counted - memory),
        }
        lag.counted = memory;
    }

    fn look_at(&mut self, recipient: ConnId, turn: &mut Turn, now: Instant) {
        let Some(member) = self.members.get_mut(recipient).filter(|member| member.is_open()) else { return };
        let Some(lag) = &mut member.lag else { return };
        if now.saturating_duration_since(lag.progress) >= self.config.stall_time {
            return self.cut(recipient, Slowness::Stopped(self.config.stall_time), now);
        }
        turn.spend_visits(1 + lag.senders().len());
        self.lagging.touched.extend(lag.senders().map(|sender| (recipient, sender)));
        if !lag.is_draining(now) {
            self.let_all_go(recipient, now);
        } else if now.saturating_duration_since(lag.progress) >= SLOT {
            self.let_go_below(self.window(recipient, now), recipient, now);
        }
    }

    fn judge(&mut self, recipient: ConnId, sender: ConnId, now: Instant) {
        let window = self.window(recipient, now);
        let Some(member) = self.members.get_mut(recipient).filter(|member| member.is_open()) else { return };
        let Some(lag) = &mut member.lag else { return };
        if lag.is_draining(now) {
            if lag.owed(sender) > window && !lag.holding.contains(&sender) {
                lag.holding.insert(sender);
                self.hold(sender);
            }
        } else if is_overfull(&member.outbox, self.config.recipient_queue_max) {
            return self.cut(recipient, Slowness::Behind(self.config.recipient_queue_max), now);
        }
        if self.tally.is_over()
            && let Some(largest) = self.largest()
        {
            self.cut(largest, Slowness::Largest, now);
        }
    }

    /// What one sender may have waiting for `recipient`.
    fn window(&self, recipient: ConnId, now: Instant) -> usize {
        let Some(member) = self.members.get(recipient) else { return self.config.sender_window };
        let spare = self.config.recipient_queue_max / 2;
        let tight = member.outbox.len() > spare || self.tally.is_tight();
        let window = self.config.sender_window / if tight { TIGHT } else { 1 };
        window + member.lag.as_ref().map_or(0, |lag| lag.allowance(spare, now))
    }

    fn largest(&self) -> Option<ConnId> {
        let waiting = |&conn: &ConnId| self.members.get(conn).map_or(0, |member| member.outbox.len());
        self.lagging.recipients.iter().copied().max_by_key(waiting)
    }

    /// Drops what waits for `conn`, all but the frame in flight, and closes. One that is closing
    /// already is ended, and so is a trunk.
    fn cut(&mut self, conn: ConnId, why: Slowness, now: Instant) {
        let Some(member) = self.members.get_mut(conn) else { return };
        if member.trunk.is_some() {
            return self.end_trunk(conn, now);
        }
        if member.is_open() {
            let (peer, waiting) = (member.id.clone(), member.outbox.len());
            self.outputs.push_back(Output::Cut(Box::new(Cut { peer, why, waiting })));
            member.outbox.truncate(&mut self.pool);
            self.settle(conn);
            let reason = format!("read too slowly: {why}");
            let write = |out: &mut Vec<u8>| websocket::write_close(out, CloseCode::TryAgainLater, &reason);
            return self.finish(conn, Some(LeaveReason::Slow), now, write);
        }
        member.outbox.clear(&mut self.pool);
        self.forget_lag(conn);
        self.outputs.push_back(Output::Reset { conn });
    }

    fn hold(&mut self, sender: ConnId) {
        let Some(member) = self.members.get_mut(sender).filter(|member| member.is_open()) else { return };
        member.holders += 1;
        if member.holders == 1 {
            self.outputs.push_back(Output::Hold { conn: sender });
        }
    }

    fn let_go(&mut self, sender: ConnId, now: Instant) {
        let Some(member) = self.members.get_mut(sender).filter(|member| member.holders > 0) else { return };
        member.holders -= 1;
        if member.holders == 0 {
            // Nobody has listened until now.
            member.heard = now;
            self.outputs.push_back(Output::Release { conn: sender });
        }
    }

    /// Releases the senders of which `recipient` has taken enough.
    fn let_repaid_go(&mut self, recipient: ConnId, now: Instant) {
        self.let_go_below(self.window(recipient, now) / 2, recipient, now);
    }

    // Where it is not apart, each message costs some fifty instructions more.
    #[cold]
    fn let_go_below(&mut self, enough: usize, recipient: ConnId, now: Instant) {
        let Some(lag) = self.members.get_mut(recipient).and_then(|member| member.lag.as_mut()) else {
            return;
        };
        let holding = std::mem::take(&mut lag.holding);
        let (held, repaid): (BTreeSet<_>, BTreeSet<_>) =
            holding.into_iter().partition(|&sender| lag.owed(sender) > enough);
        lag.holding = held;
        repaid.into_iter().for_each(|sender| self.let_go(sender, now));
    }
}

/// Whether more than `most` waits besides the largest message: that one has to fit, whatever its size.
fn is_overfull(outbox: &Outbox, most: usize) -> bool {
    outbox.len() > most && outbox.len() - outbox.largest() > most
}
