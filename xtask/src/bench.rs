//! `cargo xtask bench`: starts the judge of benchmarks, a separate program in `bench/judge`.

use std::ffi::OsString;

use anyhow::Result;
use nws_tools::Step;

/// Measures the release build and prints a table. The details go to `bench/` in the target folder.
///
/// This fails when a proxy does not do what it should, and never because of a figure. Compare
/// figures of one run with each other, but not figures of different machines or hours.
#[derive(clap::Args)]
#[command(
    disable_help_flag = true,
    after_help = "`cargo xtask bench --help` lists the benchmarks and their options."
)]
pub(crate) struct Bench {
    /// The benchmarks, and their options.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<OsString>,
}

impl Bench {
    pub(crate) fn start(self) -> Result<()> {
        let judge = Step::cargo("run --quiet --package nws-judge --").unannounced();
        self.args.iter().fold(judge, Step::arg).become_it()
    }
}
