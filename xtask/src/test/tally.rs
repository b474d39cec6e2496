//! Counts the tests that passed and failed.

use std::fmt;
use std::iter::Sum;
use std::ops::AddAssign;

/// A count of tests.
#[derive(Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Tally {
    /// The tally of a part that could not run.
    pub(crate) fn broken() -> Self {
        Self { passed: 0, failed: 1 }
    }

    /// Adds the result of the runner. A runner that failed without a failed test did not run to its
    /// end, which is a failure too.
    pub(crate) fn after(self, run: anyhow::Result<()>) -> anyhow::Result<Self> {
        match run {
            Err(error) if self.failed == 0 => Err(error),
            _ => Ok(self),
        }
    }

    pub(crate) fn is_success(self) -> bool {
        self.failed == 0 && self.passed > 0
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, part: Self) {
        self.passed += part.passed;
        self.failed += part.failed;
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), |mut sum, part| {
            sum += part;
            sum
        })
    }
}
