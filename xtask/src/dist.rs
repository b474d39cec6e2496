//! `cargo xtask dist`: starts the builder of releases, a separate program in `xtask/dist`.

use std::ffi::OsString;

use anyhow::Result;
use nws_tools::Step;

/// Builds what is released, into `dist/` in the target folder: archives, packages of Debian, RPM,
/// npm, PyPI and crates.io, and checksums.
#[derive(clap::Args)]
#[command(disable_help_flag = true, after_help = "`cargo xtask dist --help` lists the options.")]
pub(crate) struct Dist {
    /// The options.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<OsString>,
}

impl Dist {
    pub(crate) fn start(self) -> Result<()> {
        let builder = Step::cargo("run --quiet --package nws-dist --").unannounced();
        self.args.iter().fold(builder, Step::arg).become_it()
    }
}
