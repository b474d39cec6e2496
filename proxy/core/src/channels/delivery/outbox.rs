//! Holds what waits to be written to one connection.

mod pool;
mod taking;

use std::rc::Rc;

use nws_protocol::limits::PIECES_PER_WRITE;
use nws_protocol::websocket;

use super::ConnId;
use super::fifo::Fifo;
use super::tally::Tally;

pub(super) use pool::Pool;

/// Length from which frames are shared between recipients and not copied, in bytes: below it a
/// copy costs less than one more piece in a vectored write.
pub(in crate::channels) const SHARE_MIN: usize = 16 * 1024;

/// Bytes up to which shorter frames are copied too, for all recipients together. The copies of more
/// are no longer in the cache of the processor when they are written. Measured: one channel of 80,
/// all of which say 4 KiB, costs 0.7 of what it costs with 1 MiB here.
const COPIED_MAX: usize = 64 * 1024;

/// Bytes up to which the copies of one frame, for all recipients together, take no more than a few
/// milliseconds of a turn.
const COPIED_PER_TURN: usize = 4 * 1024 * 1024;

/// Chunks from which on an outbox copies short frames that others share. So a recipient that does
/// not read has few chunks, whoever counts them.
const CHUNKS_MANY: usize = PIECES_PER_WRITE;

/// Length up to which a frame is copied, however many recipients it has, in bytes: a notice or a
/// short message.
const SHARE_LEAST: usize = 256;

/// Longest batch, in bytes, after which room for another batch of that length is allocated at once.
const SPARE_MAX: usize = 32 * 1024;

/// Copied frames lie together in chunks of about this length, in bytes.
const CHUNK: usize = 64 * 1024;

/// Whole frames in the order in which they are written, and the sender of each.
#[derive(Default)]
pub(super) struct Outbox {
    chunks: Fifo<Chunk>,
    /// Bytes of the first chunk that are written already.
    written: usize,
    /// Bytes that wait.
    len: usize,
    /// Bytes in chunks that are not shared, whether written or not.
    copied: usize,
    /// Bytes that wait, by sender.
    ledger: Fifo<Debt>,
}

/// One frame, or several, on the way into outboxes.
pub(in crate::channels) enum OutboxFrame<'a> {
    Copied(&'a [u8]),
    Shared(Rc<SharedFrame>),
    /// The next part of the frame whose beginning was pushed before it.
    Part(Rc<SharedFrame>),
}

/// A frame, or several, or a part of one, that is in many outboxes. Its memory counts as queued for
/// as long as it exists.
pub(in crate::channels) struct SharedFrame {
    bytes: Vec<u8>,
    /// Bytes at the front that do not belong to it.
    skipped: usize,
    /// An outbox may copy it.
    is_cheap: bool,
    tally: Rc<Tally>,
}

enum Chunk {
    Copied(Vec<u8>),
    Shared(Rc<SharedFrame>),
    /// The frame in the chunk before continues here.
    Part(Rc<SharedFrame>),
}

/// Bytes that wait because of a sender.
#[derive(Clone, Copy)]
pub(super) struct Debt {
    pub(super) sender: ConnId,
    pub(super) bytes: usize,
}

impl<'a> OutboxFrame<'a> {
    /// A frame for so many recipients. Takes it out of `encoded` if it is worth sharing.
    pub(super) fn new(encoded: &'a mut Vec<u8>, recipients: usize, tally: &Rc<Tally>) -> Self {
        let len = encoded.len();
        if len < SHARE_MIN && (len <= SHARE_LEAST || len * recipients <= COPIED_MAX) {
            return OutboxFrame::Copied(encoded);
        }
        // The next batch is likely to be as long.
        let next = if len <= SPARE_MAX { Vec::with_capacity(len) } else { Vec::new() };
        let bytes = std::mem::replace(encoded, next);
        let is_cheap = len < SHARE_MIN && len * recipients <= COPIED_PER_TURN;
        OutboxFrame::Shared(SharedFrame::new(bytes, 0, is_cheap, tally))
    }

    /// A frame that is shared and not copied.
    pub(super) fn owned(bytes: Vec<u8>, tally: &Rc<Tally>) -> Self {
        OutboxFrame::Shared(SharedFrame::new(bytes, 0, false, tally))
    }

    /// A part of a frame: `bytes` without those that are skipped.
    pub(super) fn part(bytes: Vec<u8>, skipped: usize, tally: &Rc<Tally>) -> OutboxFrame<'static> {
        OutboxFrame::Part(SharedFrame::new(bytes, skipped, false, tally))
    }

    pub(super) fn len(&self) -> usize {
        match self {
            OutboxFrame::Copied(bytes) => bytes.len(),
            OutboxFrame::Shared(frame) | OutboxFrame::Part(frame) => frame.as_bytes().len(),
        }
    }

    /// Bytes of memory that one more outbox with this frame takes.
    pub(super) fn memory(&self) -> usize {
        match self {
            OutboxFrame::Copied(bytes) => bytes.len(),
            OutboxFrame::Shared(frame) | OutboxFrame::Part(frame) => match Rc::strong_count(frame) {
                1 => frame.bytes.capacity(),
                _ => size_of::<Chunk>() + size_of::<Debt>(),
            },
        }
    }
}

impl SharedFrame {
    fn new(bytes: Vec<u8>, skipped: usize, is_cheap: bool, tally: &Rc<Tally>) -> Rc<Self> {
        tally.add(bytes.capacity());
        Rc::new(Self { bytes, skipped, is_cheap, tally: Rc::clone(tally) })
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[self.skipped..]
    }
}

impl Drop for SharedFrame {
    fn drop(&mut self) {
        self.tally.sub(self.bytes.capacity());
    }
}

impl Outbox {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes of memory, without shared frames.
    pub(super) fn memory(&self) -> usize {
        self.copied + self.ledger.len() * size_of::<Debt>()
    }

    /// Bytes of the largest message that waits, if it is shared. Messages that are not shared are
    /// small.
    pub(super) fn largest(&self) -> usize {
        let (mut largest, mut message) = (0, 0);
        for (chunk, rest) in self.chunks.iter().zip(self.pieces()) {
            message = match chunk {
                Chunk::Copied(_) => 0,
                Chunk::Shared(_) => rest.len(),
                Chunk::Part(_) => message + rest.len(),
            };
            largest = largest.max(message);
        }
        largest
    }

    pub(super) fn ledger(&self) -> impl Iterator<Item = Debt> {
        self.ledger.iter().copied()
    }

    pub(super) fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let mut skip = self.written;
        self.chunks.iter().map(move |chunk| &chunk.bytes()[std::mem::take(&mut skip)..])
    }

    #[inline]
    pub(super) fn push(&mut self, sender: ConnId, frame: &OutboxFrame<'_>, pool: &mut Pool) {
        match frame {
            OutboxFrame::Copied(bytes) => self.copy(bytes, pool),
            OutboxFrame::Shared(frame) if frame.is_cheap && self.chunks.len() >= CHUNKS_MANY => {
                self.copy(frame.as_bytes(), pool);
            }
            OutboxFrame::Shared(frame) => self.chunks.push_back(Chunk::Shared(Rc::clone(frame))),
            OutboxFrame::Part(part) => self.chunks.push_back(Chunk::Part(Rc::clone(part))),
        }
        self.len += frame.len();
        match self.ledger.back_mut() {
            Some(last) if last.sender == sender => last.bytes += frame.len(),
            _ => self.ledger.push_back(Debt { sender, bytes: frame.len() }),
        }
    }

    /// Removes what was written. `repaid` is called with each sender's part of it.
    #[inline]
    pub(super) fn advance(&mut self, bytes: usize, pool: &mut Pool, repaid: impl FnMut(Debt)) {
        self.drop_front(bytes, pool);
        self.repay(bytes, repaid);
    }

    /// Drops so many bytes at the front.
    #[inline]
    fn drop_front(&mut self, bytes: usize, pool: &mut Pool) {
        debug_assert!(bytes <= self.len);
        self.len -= bytes;
        self.written += bytes;
        while let Some(front) = self.chunks.front() {
            let len = front.bytes().len();
            if self.written < len {
                break;
            }
            self.written -= len;
            self.pop(pool);
        }
    }

    /// Counts so many bytes at the front as paid.
    #[inline]
    fn repay(&mut self, bytes: usize, mut repaid: impl FnMut(Debt)) {
        let mut left = bytes;
        while let Some(first) = self.ledger.front_mut() {
            let part = first.bytes.min(left);
            if part == 0 {
                break;
            }
            repaid(Debt { sender: first.sender, bytes: part });
            first.bytes -= part;
            left -= part;
            if first.bytes == 0 {
                self.ledger.pop_front();
            }
        }
    }

    /// Drops everything behind the frame of which a part is written. Call it only once: after that
    /// the first chunk does not begin with a frame.
    pub(super) fn truncate(&mut self, pool: &mut Pool) {
        let Some(front) = self.chunks.front() else { return };
        let bytes = front.bytes();
        // The beginning of the frame of a part has been written already.
        let mut end = if front.is_part() { usize::MAX } else { 0 };
        while end < self.written {
            end += websocket::frame_len(&bytes[end..]);
        }
        let mut rest = bytes[self.written..end.min(bytes.len())].to_vec();
        if end > bytes.len() {
            let parts = self.chunks.iter().skip(1).take_while(|chunk| chunk.is_part());
            parts.for_each(|part| rest.extend_from_slice(part.bytes()));
        }
        let sender = self.ledger.front().map(|first| first.sender);
        self.clear(pool);
        if let Some(sender) = sender.filter(|_| !rest.is_empty()) {
            self.len = rest.len();
            self.copied = rest.len();
            self.ledger.push_back(Debt { sender, bytes: rest.len() });
            self.chunks.push_back(Chunk::Copied(rest));
        }
    }

    pub(super) fn clear(&mut self, pool: &mut Pool) {
        while self.pop(pool) {}
        self.ledger = Fifo::default();
        self.written = 0;
        self.len = 0;
    }

    /// Frees memory in which nothing waits.
    pub(super) fn free_spare(&mut self) {
        self.chunks.free_spare();
        self.ledger.free_spare();
    }

    fn copy(&mut self, bytes: &[u8], pool: &mut Pool) {
        self.copied += bytes.len();
        if let Some(Chunk::Copied(last)) = self.chunks.back_mut()
            && last.len() + bytes.len() <= CHUNK
        {
            last.extend_from_slice(bytes);
            return;
        }
        let mut chunk = pool.take();
        chunk.extend_from_slice(bytes);
        self.chunks.push_back(Chunk::Copied(chunk));
    }

    /// Drops the first chunk. Gives whether there was one.
    fn pop(&mut self, pool: &mut Pool) -> bool {
        let chunk = self.chunks.pop_front();
        let was_there = chunk.is_some();
        if let Some(Chunk::Copied(chunk)) = chunk {
            self.copied -= chunk.len();
            pool.give(chunk);
        }
        was_there
    }
}

impl Chunk {
    fn is_part(&self) -> bool {
        matches!(self, Self::Part(_))
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Copied(bytes) => bytes,
            Self::Shared(frame) | Self::Part(frame) => frame.as_bytes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use nws_protocol::websocket::{Opcode, write_header};
    use slotmap::SlotMap;

    use super::*;
    use crate::channels::Shared;

    /// However much of it is written, a frame in parts is finished, and nothing behind it is kept.
    #[test]
    fn a_frame_in_parts_is_cut_at_its_end() {
        let shared = Arc::new(Shared::new(1, usize::MAX));
        let tally = Rc::new(Tally::new(Arc::clone(&shared)));
        let sender = SlotMap::<ConnId, ()>::with_key().insert(());
        let mut head = Vec::new();
        write_header(&mut head, Opcode::Binary, 300);
        let short = [0x82, 1, 7];
        let message = [&head[..], &[1; 100], &[2; 200]].concat();
        let all = [&short[..], &message, &short].concat();
        for written in 0..=all.len() {
            let (mut outbox, mut pool) = (Outbox::default(), Pool::default());
            for frame in [
                OutboxFrame::Copied(&short),
                OutboxFrame::Copied(&head),
                OutboxFrame::part(vec![1; 103], 3, &tally),
                OutboxFrame::part(vec![2; 200], 0, &tally),
                OutboxFrame::Copied(&short),
            ] {
                outbox.push(sender, &frame, &mut pool);
            }
            assert!(outbox.pieces().flatten().eq(&all));
            outbox.advance(written, &mut pool, |_| {});
            let largest = (short.len() + message.len()).saturating_sub(written).min(300);
            assert_eq!(outbox.largest(), largest, "{written}");
            outbox.truncate(&mut pool);
            let ends = [0, short.len(), short.len() + message.len(), all.len()];
            let end = ends.into_iter().find(|end| *end >= written).unwrap_or_default();
            let rest: Vec<u8> = outbox.pieces().flatten().copied().collect();
            assert!(rest == all[written..end], "{written}: {} bytes", rest.len());
            assert_eq!(outbox.len(), rest.len());
        }
        assert_eq!(shared.queued(), 0);
    }

    #[test]
    fn an_outbox_that_is_not_written_has_few_chunks() {
        let tally = Rc::new(Tally::new(Arc::new(Shared::new(1, usize::MAX))));
        let (mut outbox, mut pool, mut all) = (Outbox::default(), Pool::default(), Vec::new());
        for n in 0..10 * CHUNKS_MANY {
            let mut bytes = vec![n as u8; 400];
            all.extend_from_slice(&bytes);
            let frame = OutboxFrame::new(&mut bytes, 1000, &tally);
            assert!(matches!(frame, OutboxFrame::Shared(_)));
            outbox.push(ConnId::default(), &frame, &mut pool);
        }
        let rest = (all.len() - CHUNKS_MANY * 400).div_ceil(CHUNK / 400 * 400);
        assert_eq!(outbox.chunks.len(), CHUNKS_MANY + rest);
        assert!(outbox.pieces().flatten().eq(&all));
    }
}
