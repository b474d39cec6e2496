//! Writing what waits for one channel of a link.

use std::rc::Rc;
use std::time::Instant;

use nws_core::{Channels, ConnId, Input};
use nws_protocol::limits::{LINK_PIECE_MAX, LINK_WINDOW};
use nws_protocol::link::{Slot, write_data_head};
use tokio::sync::mpsc::Sender;

use super::port::{Life, Queue, ToLink};
use super::state::Orders;
use super::write::Outcome;

/// Pieces that one channel writes before others have their turn.
const PIECES_PER_TURN: usize = 4;

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

    /// Hands over what waits, in pieces, as far as the other side and the link take it.
    pub(super) fn write(&mut self, core: &mut Channels, now: Instant) -> Outcome {
        let conn = self.conn;
        for _ in 0..PIECES_PER_TURN {
            if core.waiting(conn).next().is_none() {
                return Outcome::Drained;
            }
            let max = self.credit.min(LINK_PIECE_MAX);
            let room = if max > 0 { self.to.try_reserve().ok() } else { None };
            let Some(room) = room else {
                if max > 0 {
                    self.queue.wait_for_room(conn);
                }
                core.handle(Input::Wrote { conn, bytes: 0 }, now);
                return Outcome::Blocked;
            };
            let (frame, bytes) = piece(core, conn, self.slot, max);
            room.send(ToLink::Frame { slot: self.slot, life: self.life, frame });
            self.credit -= bytes;
            core.handle(Input::Wrote { conn, bytes }, now);
        }
        if core.waiting(conn).next().is_none() {
            return Outcome::Drained;
        }
        self.queue.wait_for_room(conn);
        Outcome::Blocked
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
    let waiting: usize = core.waiting(conn).map(<[u8]>::len).take(max).sum();
    let mut frame = Vec::with_capacity(waiting.min(max) + 3);
    write_data_head(&mut frame, slot);
    let head = frame.len();
    for part in core.waiting(conn) {
        let left = max - (frame.len() - head);
        frame.extend_from_slice(&part[..part.len().min(left)]);
        if part.len() >= left {
            break;
        }
    }
    let bytes = frame.len() - head;
    (frame, bytes)
}
