//! So much at once, and so much again in time.

use std::time::Duration;

/// So much at once, and one more after every interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// How many at once.
    pub burst: u32,
    /// Time after which there is one more.
    pub interval: Duration,
}
