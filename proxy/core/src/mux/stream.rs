//! One stream: what each side may send.

use nws_protocol::limits::LINK_WINDOW;
use nws_protocol::link::Slot;

use crate::ConnId;

/// Bytes that have to be processed before the other side is given as much credit.
const CREDIT_STEP: usize = LINK_WINDOW / 4;

/// The two directions of a stream.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) conn: ConnId,
    pub(super) slot: Slot,
    /// Bytes that this side may still send.
    pub(super) send_credit: usize,
    /// Bytes that the other side may still send.
    pub(super) receive_credit: usize,
    /// Bytes that were processed and for which no credit has been given yet.
    pub(super) unanswered: usize,
    /// The other side gets no credit.
    pub(super) is_held: bool,
    /// It is in the list of streams that give credit next.
    pub(super) is_granting: bool,
    pub(super) send: SendState,
    /// Something was sent since it last began to wait.
    pub(super) has_sent: bool,
}

/// The state of a stream as a sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SendState {
    /// Nothing waits.
    Idle,
    /// It has its turn when the link has room and the streams before it have had theirs.
    Ready,
    /// It waits for credit.
    NoCredit,
}

impl Stream {
    pub(super) const fn new(conn: ConnId, slot: Slot) -> Self {
        Self {
            conn,
            slot,
            send_credit: LINK_WINDOW,
            receive_credit: LINK_WINDOW,
            unanswered: 0,
            is_held: false,
            is_granting: false,
            send: SendState::Idle,
            has_sent: false,
        }
    }

    pub(super) const fn has_to_grant(&self) -> bool {
        !self.is_held && self.unanswered >= CREDIT_STEP
    }

    /// Credit for the other side, in bytes, if there is enough to give.
    pub(super) fn grant(&mut self) -> Option<u32> {
        let bytes = u32::try_from(self.unanswered).ok().filter(|_| self.has_to_grant())?;
        self.receive_credit += std::mem::take(&mut self.unanswered);
        Some(bytes)
    }
}
