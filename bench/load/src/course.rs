//! Everything that a run has found out.

use crate::clock::Nanos;
use crate::faults::Faults;
use crate::measure::Measure;
use crate::sample::Sample;

/// Everything that a report is made of.
pub(crate) struct Course {
    /// Time until all peers knew each other; `None` if that never happened.
    pub(crate) setup: Option<Nanos>,
    /// Seconds that were measured; for a storm, the set-up.
    pub(crate) measured: f64,
    /// The resources that were used in that time.
    pub(crate) used: Sample,
    pub(crate) memory: Memory,
    pub(crate) measure: Measure,
    pub(crate) faults: Faults,
}

/// Memory of the server in KiB, if it is known.
#[derive(Clone, Copy, Default)]
pub(crate) struct Memory {
    pub(crate) before: Option<f64>,
    pub(crate) joined: Option<f64>,
    pub(crate) after: Option<f64>,
}
