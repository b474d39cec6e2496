//! Takes what waits for a link out of the outbox, if possible without copying it.

use std::rc::Rc;

use nws_protocol::Pieces;

use super::{Chunk, Debt, Outbox, Pool, SharedFrame};

/// Length from which a frame that leaves over a link goes as it is, in bytes: copying a shorter one
/// costs less than one more part of what is encrypted together.
const MOVED_MIN: usize = 4 * 1024;

/// Bytes that are enough for a frame of a link, where the next chunk would have to be copied to make
/// it longer.
const ENOUGH: usize = 16 * 1024;

impl Outbox {
    /// Takes up to `max` bytes off the front. `repaid` is called with each sender's part of them.
    ///
    /// A long chunk that is in no other outbox is not copied. If it does not fit behind what was
    /// taken before it, it is left for the next call. What is less than half of its buffer is copied
    /// as well, or a short end would keep the memory of a long message. So what is taken holds at
    /// most twice `max` bytes.
    pub(in super::super) fn take(&mut self, max: usize, pool: &mut Pool, repaid: impl FnMut(Debt)) -> Pieces {
        let mut taken = Pieces::default();
        let most = max.min(self.len);
        while taken.len() < most {
            let left = most - taken.len();
            match self.movable() {
                Some((frame, rest)) if rest <= left => {
                    let (bytes, skipped) = frame.take();
                    taken.push_whole(bytes, skipped + self.written);
                    self.len -= rest;
                    self.written = 0;
                    self.chunks.pop_front();
                }
                Some((_, rest)) if rest <= max && taken.len() >= ENOUGH => break,
                _ => {
                    let Some(front) = self.chunks.front() else { break };
                    let rest = &front.bytes()[self.written..];
                    let copied = &rest[..rest.len().min(left)];
                    taken.push(copied, left);
                    self.drop_front(copied.len(), pool);
                }
            }
        }
        self.repay(taken.len(), repaid);
        taken
    }

    /// The first chunk, if it can be taken as it is, and how many bytes of it wait.
    fn movable(&mut self) -> Option<(&mut SharedFrame, usize)> {
        let (Chunk::Shared(frame) | Chunk::Part(frame)) = self.chunks.front_mut()? else { return None };
        let rest = frame.as_bytes().len() - self.written;
        let frame = Rc::get_mut(frame)?;
        (rest >= MOVED_MIN && 2 * rest >= frame.bytes.capacity()).then_some((frame, rest))
    }
}

impl SharedFrame {
    /// Takes the bytes out. Gives how many bytes at their front do not belong to the frame.
    fn take(&mut self) -> (Vec<u8>, usize) {
        let bytes = std::mem::take(&mut self.bytes);
        self.tally.sub(bytes.capacity());
        (bytes, std::mem::take(&mut self.skipped))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use slotmap::SlotMap;

    use super::super::{OutboxFrame, Tally};
    use super::*;
    use crate::channels::{ConnId, Shared};

    /// However much is taken at a time, and however the chunks lie, it is what a socket would have
    /// been given.
    #[test]
    fn what_is_taken_is_what_waited() {
        let shared = Arc::new(Shared::new(1, usize::MAX));
        let tally = Rc::new(Tally::new(Arc::clone(&shared)));
        let mut conns = SlotMap::<ConnId, ()>::with_key();
        let senders = [conns.insert(()), conns.insert(())];
        let elsewhere = SharedFrame::new(vec![3; 9000], 0, false, &tally);
        for most in [1, 100, MOVED_MIN, 10_000, 20_000, usize::MAX] {
            let (mut outbox, mut pool) = (Outbox::default(), Pool::default());
            for (sender, frame) in senders.into_iter().cycle().zip([
                OutboxFrame::Copied(&[1; 700]),
                OutboxFrame::owned(vec![2; 9000], &tally),
                OutboxFrame::Shared(Rc::clone(&elsewhere)),
                OutboxFrame::part(vec![4; 9003], 3, &tally),
                OutboxFrame::owned(vec![5; 50], &tally),
            ]) {
                outbox.push(sender, &frame, &mut pool);
            }
            let all: Vec<u8> = outbox.pieces().flatten().copied().collect();
            let mut taken = Vec::new();
            let mut repaid = [0; 2];
            while !outbox.is_empty() {
                let left = outbox.len();
                let piece = outbox.take(most, &mut pool, |debt| {
                    repaid[usize::from(debt.sender == senders[1])] += debt.bytes;
                });
                assert!(piece.len() == most.min(left) || (ENOUGH..most).contains(&piece.len()));
                assert_eq!(outbox.len(), left - piece.len());
                taken.extend(piece.into_bytes());
            }
            assert!(taken == all, "{most} at a time");
            assert_eq!(repaid, [700 + 9000 + 50, 9000 + 9000]);
            assert_eq!((outbox.copied, outbox.chunks.len()), (0, 0));
        }
        assert_eq!(shared.queued(), 9000, "what was taken is queued no more");
    }

    #[test]
    fn a_long_frame_is_taken_as_it_is_unless_another_waits_for_it() {
        let tally = Rc::new(Tally::new(Arc::new(Shared::new(1, usize::MAX))));
        for is_elsewhere in [false, true] {
            let (mut outbox, mut pool) = (Outbox::default(), Pool::default());
            let bytes = vec![0; MOVED_MIN];
            let place = bytes.as_ptr();
            let frame = OutboxFrame::owned(bytes, &tally);
            outbox.push(ConnId::default(), &frame, &mut pool);
            let elsewhere = is_elsewhere.then_some(frame);
            let taken = outbox.take(usize::MAX, &mut pool, |_| {});
            assert_eq!(taken.head(1).as_ptr() == place, !is_elsewhere);
            drop(elsewhere);
        }
    }

    /// A frame counts with all of its memory, until it is taken.
    #[test]
    fn room_in_a_buffer_counts() {
        let shared = Arc::new(Shared::new(1, usize::MAX));
        let tally = Rc::new(Tally::new(Arc::clone(&shared)));
        let mut bytes = Vec::with_capacity(2 * MOVED_MIN);
        bytes.resize(MOVED_MIN, 0);
        let (mut outbox, mut pool) = (Outbox::default(), Pool::default());
        let frame = OutboxFrame::owned(bytes, &tally);
        assert_eq!((frame.memory(), shared.queued()), (2 * MOVED_MIN, 2 * MOVED_MIN));
        outbox.push(ConnId::default(), &frame, &mut pool);
        drop(frame);
        assert_eq!(outbox.take(usize::MAX, &mut pool, |_| {}).capacity(), 2 * MOVED_MIN);
        assert_eq!(shared.queued(), 0);
    }

    /// A text of many pieces is one buffer: the last of them must not keep all of it.
    #[test]
    fn what_is_taken_holds_no_more_memory_than_twice_its_bytes() {
        const PIECE: usize = 64 * 1024;
        let shared = Arc::new(Shared::new(1, usize::MAX));
        let tally = Rc::new(Tally::new(Arc::clone(&shared)));
        for (len, skipped) in [(16 * PIECE, 0), (16 * PIECE, 10), (3 * PIECE / 2, 0), (3 * PIECE, PIECE - 1)]
        {
            let (mut outbox, mut pool) = (Outbox::default(), Pool::default());
            outbox.push(ConnId::default(), &OutboxFrame::part(vec![0; len], skipped, &tally), &mut pool);
            while !outbox.is_empty() {
                let taken = outbox.take(PIECE, &mut pool, |_| {});
                let (len, capacity) = (taken.len(), taken.capacity());
                assert!(capacity <= 2 * len, "{len} B hold {capacity} B");
            }
        }
        assert_eq!(shared.queued(), 0);
    }
}
