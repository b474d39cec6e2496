//! A queue whose first entry needs no memory of its own.

use std::collections::VecDeque;

/// Entries of an empty queue that are kept behind the first one.
const KEPT: usize = 64;

/// A queue that nearly always has one entry or none. The first entry lies in the queue itself: a
/// pass goes to a thousand queues, and each further place in memory is one more that is not in the
/// cache of the processor.
pub(super) struct Fifo<T> {
    /// `None` only when the queue is empty.
    first: Option<T>,
    rest: VecDeque<T>,
}

impl<T> Default for Fifo<T> {
    fn default() -> Self {
        Self { first: None, rest: VecDeque::new() }
    }
}

impl<T> Fifo<T> {
    #[inline]
    pub(super) fn front(&self) -> Option<&T> {
        self.first.as_ref()
    }

    #[inline]
    pub(super) fn front_mut(&mut self) -> Option<&mut T> {
        self.first.as_mut()
    }

    #[inline]
    pub(super) fn back_mut(&mut self) -> Option<&mut T> {
        self.rest.back_mut().or(self.first.as_mut())
    }

    #[inline]
    pub(super) fn push_back(&mut self, entry: T) {
        match self.first {
            None => self.first = Some(entry),
            Some(_) => self.rest.push_back(entry),
        }
    }

    #[inline]
    pub(super) fn pop_front(&mut self) -> Option<T> {
        let front = self.first.take();
        if !self.rest.is_empty() {
            self.first = self.rest.pop_front();
            if self.rest.is_empty() && self.rest.capacity() > KEPT {
                self.rest.shrink_to(KEPT);
            }
        }
        front
    }

    /// Frees the memory of entries that are not there.
    pub(super) fn free_spare(&mut self) {
        self.rest.shrink_to_fit();
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.first.iter().chain(&self.rest)
    }

    pub(super) fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A step pushes a number, or takes one away.
        #[test]
        fn it_is_a_queue(steps in proptest::collection::vec(proptest::option::weighted(0.6, 0..9), 0..200)) {
            let (mut fifo, mut model) = (Fifo::default(), VecDeque::new());
            for step in steps {
                match step {
                    Some(entry) => {
                        fifo.push_back(entry);
                        model.push_back(entry);
                    }
                    None => prop_assert_eq!(fifo.pop_front(), model.pop_front()),
                }
                prop_assert!(fifo.iter().eq(&model));
                prop_assert_eq!((fifo.len(), fifo.front()), (model.len(), model.front()));
                prop_assert_eq!(fifo.back_mut(), model.back_mut());
                prop_assert_eq!(fifo.front_mut(), model.front_mut());
            }
        }
    }

    #[test]
    fn an_empty_queue_keeps_little() {
        let mut fifo = Fifo::default();
        (0..100 * KEPT).for_each(|entry| fifo.push_back(entry));
        while fifo.pop_front().is_some() {}
        assert!(fifo.rest.capacity() <= KEPT);
        fifo.free_spare();
        assert_eq!(fifo.rest.capacity(), 0);
    }
}
