//! One connection between two machines.

use std::collections::VecDeque;
use std::time::Instant;

use nws_protocol::ChannelName;

use super::machine::MachineId;
use super::slots::Slots;
use nws_core::LinkId;

slotmap::new_key_type! {
    pub(super) struct CableId;
}

/// Which end: 0 is the one that dialled.
pub(super) type Side = usize;

/// A connection, from the end of the handshake at the side that dialled on, until nothing is under way any
/// more.
pub(super) struct Cable {
    pub(super) ends: [End; 2],
    /// What is under way to each end.
    pub(super) ways: [Way; 2],
}

pub(super) struct End {
    pub(super) machine: MachineId,
    /// While it is connected.
    pub(super) link: Option<LinkId>,
    pub(super) hello_sent: bool,
    pub(super) hello_came: bool,
    pub(super) is_ready: bool,
    pub(super) has_matched: bool,
    pub(super) slots: Slots,
}

/// What is under way in one direction, in order.
pub(super) struct Way {
    pub(super) packets: VecDeque<(Instant, Packet)>,
    /// Nothing arrives before this.
    pub(super) last: Instant,
}

/// Something that is sent. Slots are those of the sender, but for [`Packet::Eval`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Packet {
    Connected,
    Hello,
    Ping,
    Pong,
    /// The question that opens a slot.
    Blind(usize),
    /// The answer.
    Eval(usize),
    /// The proof of knowing a channel.
    Tag(usize, ChannelName),
    Leave(usize),
    Data(usize, Vec<u8>),
    Credit(usize, usize),
    /// The end, in order or not.
    Fin,
}

impl Cable {
    pub(super) fn new(dialler: MachineId, listener: MachineId, now: Instant) -> Self {
        let ways = [0, 1].map(|_| Way { packets: VecDeque::new(), last: now });
        Self { ends: [End::new(dialler), End::new(listener)], ways }
    }

    pub(super) fn is_over(&self) -> bool {
        let is_closed = self.ends.iter().all(|end| end.link.is_none());
        is_closed && self.ways.iter().all(|way| way.packets.is_empty())
    }
}

impl End {
    fn new(machine: MachineId) -> Self {
        Self {
            machine,
            link: None,
            hello_sent: false,
            hello_came: false,
            is_ready: false,
            has_matched: false,
            slots: Slots::default(),
        }
    }
}
