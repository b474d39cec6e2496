//! Writing what waits for one channel of a link.

use std::rc::Rc;
use std::time::Instant;

use nws_core::{Channels, ConnId, Input};
use nws_protocol::limits::{LINK_PIECE_MAX, LINK_WINDOW};
use nws_protocol::link::{DATA_HEAD_LEN, Slot, write_data_head};
use tokio::sync::mpsc::Sender;

use super::port::{Life, Queue, ToLink};
use super::state::Orders;
use super::write::Outcome;

/// Bytes of a piece while other channels of the link wait for their turn: so each has one within a second, even where
/// dozens share a slow network.
const SHARED_PIECE: usize = LINK_PIECE_MAX / 4;

/// Bytes that have been dealt with before the other side is asked for more.
const CREDIT_STEP: usize = LINK_WINDOW / 4;

/// The writing side of a trunk, and what it has asked for.
pub(super) struct Trunk {
    conn: ConnId,
    slot: Slot,
    life: Life,
    to: Sender<ToLink>,
    queue: Rc<Queue>,
    /// Bytes that the other side takes.
    credit: usize,
    /// Bytes that the other side may still send.
    window: usize,
    /// Bytes that it has sent, for which it has not been asked for others.
    owed: usize,
}

impl Trunk {
    pub(super) fn new(
        conn: ConnId,
        (slot, life): (Slot, Life),
        to: Sender<ToLink>,
        queue: Rc<Queue>,
    ) -> Self {
        Self { conn, slot, life, to, queue, credit: LINK_WINDOW, window: LINK_WINDOW, owed: 0 }
    }

    /// Hands over what waits, in pieces, as far as the other side and the link take it and it is its turn.
    pub(super) fn write(&mut self, core: &mut Channels, now: Instant) -> Outcome {
        let conn = self.conn;
        if self.queue.is_turn_of_another(conn) {
            core.handle(Input::Wrote { conn, bytes: 0 }, now);
            self.queue.wait_for_room(conn);
            return Outcome::Blocked;
        }
        while core.waiting(conn).next().is_some() {
            if !self.write_piece(core, now) {
                core.handle(Input::Wrote { conn, bytes: 0 }, now);
                return Outcome::Blocked;
            }
            if self.queue.is_waited_for() && core.waiting(conn).next().is_some() {
                self.queue.wait_for_room(conn);
                return Outcome::Blocked;
            }
        }
        Outcome::Drained
    }

    /// Whether there was credit and room for a piece.
    fn write_piece(&mut self, core: &mut Channels, now: Instant) -> bool {
        let piece_max = if self.queue.is_waited_for() { SHARED_PIECE } else { LINK_PIECE_MAX };
        let max = self.credit.min(piece_max);
        if max == 0 {
            return false;
        }
        let Ok(room) = self.to.try_reserve() else {
            self.queue.wait_for_room_first(self.conn);
            return false;
        };
        let (frame, bytes) = piece(core, self.conn, self.slot, max);
        room.send(ToLink::Frame { slot: self.slot, life: self.life, frame });
        self.credit -= bytes;
        core.handle(Input::Wrote { conn: self.conn, bytes }, now);
        true
    }

    /// The other side takes `bytes` more.
    pub(super) fn add_credit(&mut self, bytes: u32) {
        self.credit = self.credit.saturating_add(bytes as usize);
    }

    /// The other side has sent `bytes`; the answer is whether it was allowed to.
    pub(super) fn take(&mut self, bytes: usize) -> bool {
        self.owed += bytes;
        match self.window.checked_sub(bytes) {
            Some(window) => {
                self.window = window;
                true
            }
            None => false,
        }
    }

    /// Asks for more if it is time. Where the link has no room for that, it is asked again when it has.
    pub(super) fn pay(&mut self) {
        if self.owed < CREDIT_STEP {
            return;
        }
        let Ok(bytes) = u32::try_from(self.owed) else { return };
        match self.to.try_reserve() {
            Ok(room) => {
                room.send(ToLink::Credit { slot: self.slot, life: self.life, bytes });
                self.window += std::mem::take(&mut self.owed);
            }
            Err(_) => self.queue.wait_to_pay(self.conn),
        }
    }

    /// Does what the core wants of a connection.
    pub(super) fn obey(&mut self, orders: Orders) {
        if orders.reset {
            self.queue.fail();
        }
        if !orders.hold {
            self.pay();
        }
    }
}

/// The next bytes that wait, at most `max`, as a frame of the link.
fn piece(core: &Channels, conn: ConnId, slot: Slot, max: usize) -> (Vec<u8>, usize) {
    let mut left = max;
    let parts = core.waiting(conn).map_while(|part| {
        let taken = part.len().min(left);
        left -= taken;
        (taken > 0).then(|| &part[..taken])
    });
    let parts: Vec<&[u8]> = parts.collect();
    let bytes = parts.iter().map(|part| part.len()).sum();
    let mut frame = Vec::with_capacity(DATA_HEAD_LEN + bytes);
    write_data_head(&mut frame, slot);
    parts.into_iter().for_each(|part| frame.extend_from_slice(part));
    (frame, bytes)
}
