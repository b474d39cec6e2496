//! Runs the load generator, each time against a server that was started for it, and judges how far
//! the runs can be trusted.

pub(crate) mod contenders;
pub(crate) mod machine;
pub(crate) mod metric;
mod peers;
pub(crate) mod profile;
pub(crate) mod run;
#[cfg(test)]
pub(crate) mod sample;
pub(crate) mod saturation;
pub(crate) mod server;
pub(crate) mod trial;

use anyhow::{Context, Result};
use nws_tools::Step;

/// Seconds that a run measures where there is time for it.
pub(crate) const SECS: f64 = 4.0;

/// The number and the length of runs, and the noise that they may have.
#[derive(clap::Args)]
pub(crate) struct Amount {
    /// Runs of each workload against each server.
    #[arg(long, default_value_t = 3)]
    pub(crate) reps: u32,
    /// The share of a core that other programs may use while a load is measured for a second or
    /// more.
    #[arg(long, default_value_t = 0.07)]
    pub(crate) max_other: f64,
    /// Seconds that each run of a load measures; by default 2 in the grid, and 4 elsewhere.
    #[arg(long)]
    secs: Option<f64>,
}

impl Amount {
    /// Seconds that each run measures; `default` if nobody has chosen.
    pub(crate) fn secs(&self, default: f64) -> f64 {
        self.secs.unwrap_or(default)
    }
}

/// Builds the load generator in the release profile.
pub(crate) fn build() -> Result<()> {
    // Processes that are started from here inherit this limit on open files.
    rlimit::increase_nofile_limit(u64::MAX).context("cannot raise the limit on open files")?;
    Step::cargo("build --release --package nws-load").run()
}
