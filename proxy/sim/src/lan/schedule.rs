//! Schedules what is going to happen.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

use super::ids::MachineId;
use super::ids::{CableId, Side};
use super::site::Hello;
use nws_core::DialId;

/// Something that happens by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Happening {
    /// A machine may have something to do.
    Wake(MachineId),
    /// The next packet for a side of a connection may have arrived.
    Arrive(CableId, Side),
    /// A handshake has ended or failed.
    Answer(MachineId, DialId),
    /// A machine announces itself.
    Announce(MachineId),
    /// A machine asks for other proxies.
    Ask(MachineId),
    /// The first machine hears the announcement of the second.
    Hear(MachineId, MachineId),
    /// A site looks for a broker.
    Connect(MachineId),
    /// A site may have something to do.
    Beat(MachineId),
    /// A site hears the hello of another one.
    Hello(MachineId, Hello),
}

/// All scheduled happenings. Those for the same time happen in the order in which they were
/// scheduled.
#[derive(Default)]
pub(super) struct Schedule {
    plans: BinaryHeap<Reverse<(Instant, u64, Happening)>>,
    count: u64,
}

impl Schedule {
    pub(super) fn plan(&mut self, at: Instant, what: Happening) {
        self.count += 1;
        self.plans.push(Reverse((at, self.count, what)));
    }

    /// The next happening until `end`, and its time.
    pub(super) fn next(&mut self, end: Instant) -> Option<(Instant, Happening)> {
        self.plans.peek().filter(|Reverse((at, _, _))| *at <= end)?;
        self.plans.pop().map(|Reverse((at, _, what))| (at, what))
    }
}
