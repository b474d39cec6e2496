//! The brokers that sites share: which of them run, and which reach each other.

use std::collections::BTreeSet;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;

/// A broker, by its number.
pub type BrokerId = usize;

/// All brokers. There is none without a backbone.
#[derive(Default)]
pub(super) struct Brokers {
    is_up: Vec<bool>,
    /// The brokers of one part of a cluster that is cut in two.
    part: BTreeSet<BrokerId>,
}

impl Brokers {
    /// So many, which run and reach each other.
    pub(super) fn new(count: usize) -> Self {
        Self { is_up: vec![true; count], part: BTreeSet::new() }
    }

    pub(super) fn set_up(&mut self, broker: BrokerId, is_up: bool) {
        self.is_up[broker] = is_up;
    }

    pub(super) fn part(&mut self, part: &[BrokerId]) {
        self.part = part.iter().copied().collect();
    }

    /// Any that runs.
    pub(super) fn pick(&self, rng: &mut ChaCha20Rng) -> Option<BrokerId> {
        let up: Vec<BrokerId> = (0..self.is_up.len()).filter(|broker| self.is_up[*broker]).collect();
        (!up.is_empty()).then(|| up[rng.next_u32() as usize % up.len()])
    }

    pub(super) fn are_any_up(&self) -> bool {
        self.is_up.contains(&true)
    }

    /// Gives whether a message to one of them comes out of the other.
    pub(super) fn reach(&self, one: BrokerId, other: BrokerId) -> bool {
        self.is_up[one] && self.is_up[other] && self.part.contains(&one) == self.part.contains(&other)
    }
}
