//! `cargo xtask bench`: hands over to the judge of benchmarks, a program of its own in
//! `bench/judge`.

use std::ffi::OsString;

use anyhow::Result;
use nws_tools::Step;

/// Measures the release build and prints a table; the details go to `bench/` in the target folder.
///
/// No figure makes this fail, only a proxy that did not do what it should: figures of one run can
/// be compared with each other, those of different machines or hours cannot.
#[derive(clap::Args)]
#[command(
    disable_help_flag = true,
    after_help = "`cargo xtask bench --help` says what there is to measure, and how."
)]
pub(crate) struct Bench {
    /// What to measure, and how.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<OsString>,
}

impl Bench {
    pub(crate) fn start(self) -> Result<()> {
        let judge = Step::cargo("run --quiet --package nws-judge --").unannounced();
        self.args.iter().fold(judge, Step::arg).become_it()
    }
}
