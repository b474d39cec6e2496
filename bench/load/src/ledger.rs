//! Records which deliveries came: each once, in order, and none missing.
//!
//! A stream is what one connection receives from one sender. Its messages are numbered from 0.

use std::collections::HashSet;

/// Skipped numbers that are remembered at most, which takes tens of megabytes. A run with more of
/// them cannot distinguish late messages from repeated ones.
const REMEMBERED: usize = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The next one of its stream.
    Next,
    /// A new one, but some before it have not come.
    Early,
    /// One that came after later ones.
    Late,
    /// One that has come before.
    Again,
}

pub(crate) struct Ledger {
    /// For each stream, the number after the highest that has come.
    next: Vec<u32>,
    /// Stream and number of each message that was skipped.
    missing: HashSet<(u32, u32)>,
    due: u64,
    delivered: u64,
}

impl Ledger {
    pub(crate) fn new(streams: usize) -> Self {
        Self { next: vec![0; streams], missing: HashSet::new(), due: 0, delivered: 0 }
    }

    /// Expects so many more deliveries.
    pub(crate) fn expect(&mut self, deliveries: usize) {
        self.due += deliveries as u64;
    }

    pub(crate) fn take(&mut self, stream: usize, number: u32) -> Verdict {
        let next = &mut self.next[stream];
        let verdict = if number == *next {
            *next = number + 1;
            Verdict::Next
        } else if number > *next {
            let gap = *next..number;
            *next = number + 1;
            let room = REMEMBERED.saturating_sub(self.missing.len());
            self.missing.extend(gap.take(room).map(|number| (stream as u32, number)));
            Verdict::Early
        } else if self.missing.remove(&(stream as u32, number)) {
            Verdict::Late
        } else {
            Verdict::Again
        };
        self.delivered += u64::from(verdict != Verdict::Again);
        verdict
    }

    /// Number of deliveries that came, each counted once.
    pub(crate) fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Number of deliveries that have not come.
    pub(crate) fn outstanding(&self) -> u64 {
        self.due.saturating_sub(self.delivered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdicts(numbers: &[u32]) -> (Vec<Verdict>, u64) {
        let mut ledger = Ledger::new(2);
        ledger.expect(4);
        let verdicts = numbers.iter().map(|number| ledger.take(1, *number)).collect();
        (verdicts, ledger.outstanding())
    }

    #[test]
    fn in_order_is_right() {
        assert_eq!(verdicts(&[0, 1, 2, 3]), (vec![Verdict::Next; 4], 0));
    }

    #[test]
    fn a_loss_is_outstanding() {
        assert_eq!(verdicts(&[0, 2, 3]), (vec![Verdict::Next, Verdict::Early, Verdict::Next], 1));
    }

    #[test]
    fn a_swap_is_late_and_not_lost() {
        let (verdicts, outstanding) = verdicts(&[1, 0, 2, 3]);
        assert_eq!(verdicts[..2], [Verdict::Early, Verdict::Late]);
        assert_eq!(outstanding, 0);
    }

    #[test]
    fn a_repetition_does_not_stand_for_a_loss() {
        let (again, outstanding) = verdicts(&[0, 0, 1, 2]);
        assert_eq!((again[1], outstanding), (Verdict::Again, 1));
        let (late, outstanding) = verdicts(&[1, 0, 0]);
        assert_eq!((late[2], outstanding), (Verdict::Again, 2));
    }

    #[test]
    fn streams_are_apart() {
        let mut ledger = Ledger::new(2);
        assert_eq!([ledger.take(0, 0), ledger.take(1, 0)], [Verdict::Next; 2]);
    }
}
