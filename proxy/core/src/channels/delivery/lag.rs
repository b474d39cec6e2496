//! Observes how a recipient reads whose socket did not take everything at once.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use ahash::RandomState;
use nws_protocol::limits::DRAIN_TIME;

use super::ConnId;
use super::outbox::{Debt, Outbox};

/// Slots of the meter: one more than the time that it covers, as the current slot is not complete.
const SLOTS: usize = 21;

/// Length of a slot.
pub(super) const SLOT: Duration = DRAIN_TIME.checked_div(SLOTS as u32 - 1).expect("not zero");

/// A recipient that lags. This exists while something waits for it.
pub(super) struct Lag {
    /// Bytes that wait, by sender.
    owed: HashMap<ConnId, usize, RandomState>,
    /// Senders that are held back because of this recipient.
    pub(super) holding: BTreeSet<ConnId>,
    meter: Meter,
    /// Bytes within [`DRAIN_TIME`] from which on it counts as draining.
    enough: usize,
    /// The time at which the socket last took anything.
    pub(super) progress: Instant,
    /// Bytes that this recipient has put into the count of all queues.
    pub(super) counted: usize,
}

/// Bytes written within about the last [`DRAIN_TIME`].
struct Meter {
    slots: [usize; SLOTS],
    current: usize,
    since: Instant,
}

impl Lag {
    /// A recipient that begins to lag has kept up until now, so it counts as draining at first.
    pub(super) fn new(outbox: &Outbox, enough: usize, hasher: RandomState, now: Instant) -> Self {
        let mut lag = Self {
            owed: HashMap::with_hasher(hasher),
            holding: BTreeSet::new(),
            meter: Meter { slots: [0; SLOTS], current: 0, since: now },
            enough,
            progress: now,
            counted: 0,
        };
        lag.meter.slots[0] = enough;
        outbox.ledger().for_each(|debt| lag.owe(debt));
        lag
    }

    pub(super) fn owe(&mut self, debt: Debt) {
        *self.owed.entry(debt.sender).or_default() += debt.bytes;
    }

    pub(super) fn repay(&mut self, debt: Debt) {
        if let Some(owed) = self.owed.get_mut(&debt.sender) {
            *owed = owed.saturating_sub(debt.bytes);
            if *owed == 0 {
                self.owed.remove(&debt.sender);
            }
        }
    }

    pub(super) fn owed(&self, sender: ConnId) -> usize {
        self.owed.get(&sender).copied().unwrap_or(0)
    }

    /// Bytes that each sender may have waiting on top of its window, out of `spare` bytes for all
    /// of them. They grow while nothing moves, so that a pause slows senders down and never stops
    /// them.
    pub(super) fn allowance(&self, spare: usize, now: Instant) -> usize {
        let still = now.saturating_duration_since(self.progress).min(DRAIN_TIME);
        let share = spare / self.owed.len().max(1);
        (share as u128 * still.as_millis() / DRAIN_TIME.as_millis()) as usize
    }

    pub(super) fn senders(&self) -> impl ExactSizeIterator<Item = ConnId> {
        self.owed.keys().copied()
    }

    pub(super) fn took(&mut self, bytes: usize, now: Instant) {
        if bytes > 0 {
            self.progress = now;
        }
        self.meter.add(bytes, now);
    }

    /// Counts as if it had drained: it was not asked, and would have taken something.
    pub(super) fn exempt(&mut self, now: Instant) {
        self.took(self.enough, now);
    }

    pub(super) fn is_draining(&mut self, now: Instant) -> bool {
        self.meter.add(0, now);
        self.meter.slots.iter().sum::<usize>() >= self.enough
    }
}

impl Meter {
    fn add(&mut self, bytes: usize, now: Instant) {
        let passed = now.saturating_duration_since(self.since).as_nanos() / SLOT.as_nanos();
        for _ in 0..passed.min(SLOTS as u128) {
            self.current = (self.current + 1) % SLOTS;
            self.slots[self.current] = 0;
        }
        self.since += SLOT * u32::try_from(passed).unwrap_or(u32::MAX);
        self.slots[self.current] += bytes;
    }
}
