//! The one clock of a run, so that any two of its readings can be compared.

use std::time::{Duration, Instant};

/// Nanoseconds since the run began.
pub(crate) type Nanos = u64;

#[derive(Clone, Copy)]
pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// 64 bits of nanoseconds last for 584 years.
    pub(crate) fn now(&self) -> Nanos {
        self.0.elapsed().as_nanos() as Nanos
    }
}

pub(crate) fn nanos(seconds: f64) -> Nanos {
    Duration::from_secs_f64(seconds).as_nanos() as Nanos
}

pub(crate) fn seconds(nanos: Nanos) -> f64 {
    nanos as f64 / 1e9
}
