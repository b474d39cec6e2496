//! What is to be sent and the connection has not taken yet.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::wakers::Wakers;

/// Bytes that may wait before senders do. Enough for a good many short frames in one system call.
const BYTES_MAX: usize = 128 * 1024;

/// Frames that answer those of peers and may wait: beyond that nothing is read.
const ANSWERS_MAX: usize = 1024;

/// What a connection carries.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    Text(String),
    Binary(Bytes),
    Close(u16, String),
}

impl Frame {
    fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
            Self::Close(_, reason) => reason.len(),
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Outbox {
    frames: VecDeque<Frame>,
    bytes: usize,
    answers: usize,
    senders: Wakers,
}

impl Outbox {
    pub(crate) fn push(&mut self, frame: Frame) {
        self.bytes += frame.len();
        self.frames.push_back(frame);
    }

    /// Adds what is said of a stream. It cannot wait for room.
    pub(crate) fn answer(&mut self, frame: Frame) {
        self.answers += 1;
        self.push(frame);
    }

    /// Gives whether more may be read that is to be answered.
    pub(crate) const fn may_answer(&self) -> bool {
        self.answers < ANSWERS_MAX
    }

    pub(crate) const fn has_room(&self) -> bool {
        self.bytes < BYTES_MAX
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Those who wait for room.
    pub(crate) const fn senders(&mut self) -> &mut Wakers {
        &mut self.senders
    }

    /// Gives all frames to an empty list, whose memory is used again.
    pub(crate) fn take_into(&mut self, list: &mut VecDeque<Frame>) {
        std::mem::swap(&mut self.frames, list);
        (self.bytes, self.answers) = (0, 0);
        self.senders.wake();
    }

    /// There is no connection any more.
    pub(crate) fn clear(&mut self) {
        self.frames.clear();
        (self.bytes, self.answers) = (0, 0);
        self.senders.wake();
    }
}
