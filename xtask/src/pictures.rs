//! `cargo xtask pictures`: takes the pictures of the demos, as the list of demos shows them.

use anyhow::Result;
use nws_tools::browser::CHROMIUM;
use nws_tools::{Step, checkout, npm};

use crate::build;

/// Takes the pictures in demo/ again: each shows a demo with several users. They are committed.
#[derive(clap::Args)]
pub(crate) struct Pictures {}

impl Pictures {
    pub(crate) fn start(self) -> Result<()> {
        build::bundle(true)?;
        build::proxy(false)?;
        npm::need("tests")?;
        let node = Step::new("node").dir("tests").arg("demo/pictures.mjs");
        let node = node.env("CHROMIUM", CHROMIUM.need()?).env("NWS_BIN", checkout::program("nws", false));
        node.env("CARGO_TARGET_DIR", checkout::target()).run()
    }
}
