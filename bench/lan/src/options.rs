//! The options of the command line: what is measured, and how often.

use clap::Parser;
use nws_report::lan::Row;

/// Measures one row in a lab of two machines. Needs root, the program `nws` that `NWS_BIN` names,
/// and `nws-load` beside this program.
#[derive(Parser)]
#[command(name = "nws-lan", version)]
pub(crate) struct Options {
    /// The row to measure.
    #[arg(value_enum)]
    pub(crate) row: Row,
    /// Runs of each load and transfer in each place.
    #[arg(long, default_value_t = 3)]
    pub(crate) reps: u32,
    /// Seconds that each run of a load measures.
    #[arg(long, default_value_t = 4.0)]
    pub(crate) secs: f64,
    /// The least that is possible: shows that it runs, and measures nothing.
    #[arg(long)]
    pub(crate) quick: bool,
}

impl Options {
    /// The number of repetitions: `count`, or one if `quick` only has to show that it works.
    pub(crate) fn count(&self, count: usize) -> usize {
        if self.quick { count.min(2) } else { count }
    }
}
