//! `cargo xtask run`: builds a fresh checkout and starts a proxy that serves it.

use std::ffi::OsString;

use anyhow::Result;
use nws_tools::{Step, checkout};

use crate::build;

/// Builds everything as it ships and starts the proxy with console and demos. Ctrl-C ends it.
#[derive(clap::Args)]
pub(crate) struct Run {
    /// Arguments for `nws run`, for example `-- --port 9010`.
    #[arg(last = true)]
    args: Vec<OsString>,
}

impl Run {
    pub(crate) fn start(self) -> Result<()> {
        build::bundle(true)?;
        build::proxy(true)?;
        let nws = Step::new(checkout::program("nws", true)).arg("run");
        self.args.iter().fold(nws, Step::arg).become_it()
    }
}
