//! What a run found out on its way.

use crate::clock::Nanos;
use crate::faults::Faults;
use crate::measure::Measure;
use crate::sample::Sample;

/// Everything that a report is made of.
pub(crate) struct Course {
    /// Until all peers knew each other; none when it did not come to that.
    pub(crate) setup: Option<Nanos>,
    /// Seconds that were measured; of a storm, the set-up.
    pub(crate) measured: f64,
    /// What was used meanwhile.
    pub(crate) used: Sample,
    pub(crate) memory: Memory,
    pub(crate) measure: Measure,
    pub(crate) faults: Faults,
}

/// Of the server, in KiB, where it is known.
#[derive(Clone, Copy, Default)]
pub(crate) struct Memory {
    pub(crate) before: Option<f64>,
    pub(crate) joined: Option<f64>,
    pub(crate) after: Option<f64>,
}
