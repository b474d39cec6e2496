//! What is going to happen, in the order in which it does.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

use super::ids::MachineId;
use super::ids::{CableId, Side};
use nws_core::DialId;

/// Something that happens by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Happening {
    /// A machine may have something to do.
    Wake(MachineId),
    /// The next packet for a side of a connection may be there.
    Arrive(CableId, Side),
    /// A handshake is over, or has failed.
    Answer(MachineId, DialId),
    /// A machine announces itself.
    Announce(MachineId),
    /// A machine asks who is there.
    Ask(MachineId),
    /// The first machine hears the announcement of the second.
    Hear(MachineId, MachineId),
}

/// All of it. What is planned for the same time happens in the order in which it was planned.
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

    /// The next thing that happens until `end`, and when.
    pub(super) fn next(&mut self, end: Instant) -> Option<(Instant, Happening)> {
        self.plans.peek().filter(|Reverse((at, _, _))| *at <= end)?;
        self.plans.pop().map(|Reverse((at, _, what))| (at, what))
    }
}
