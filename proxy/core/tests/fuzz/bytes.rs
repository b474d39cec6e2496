//! Decisions out of the bytes that a fuzzer chooses.

/// What is left of an input. Whoever asks for more than that gets zeros.
pub(crate) struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    pub(crate) fn new(input: &'a [u8]) -> Self {
        Self(input)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.0.split_off_first().copied().unwrap_or(0)
    }

    /// A number below `end`, which is at most 256.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end
    }

    /// A power of two below `2^powers`: small and large numbers are equally likely.
    pub(crate) fn power(&mut self, powers: usize) -> usize {
        1 << self.below(powers)
    }

    /// One of several, if there are any.
    pub(crate) fn pick<T: Copy>(&mut self, items: impl Iterator<Item = T> + Clone) -> Option<T> {
        let count = items.clone().count();
        let mut items = items;
        (count > 0).then(|| self.below(count)).and_then(|at| items.nth(at))
    }

    /// Up to 15 bytes as they are.
    pub(crate) fn piece(&mut self) -> &'a [u8] {
        let len = self.below(16).min(self.0.len());
        let (piece, rest) = self.0.split_at(len);
        self.0 = rest;
        piece
    }
}
