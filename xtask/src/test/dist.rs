//! Builds what is released for Linux and Windows on x86-64, and runs the tests of it.

mod windows;

use std::path::PathBuf;

use anyhow::Result;
use nws_tools::{Step, checkout};

use super::node;
use super::tally::Tally;

/// Builds, and runs all tests.
pub(crate) fn released() -> Result<Tally> {
    Step::cargo("run --quiet --package nws-dist").run()?;
    let mut tally = node::released()?;
    tally += windows::windows()?;
    Ok(tally)
}

/// The proxy for a platform, as it is released.
fn program(triple: &str, name: &str) -> PathBuf {
    checkout::target().join("dist-work/bin").join(triple).join(name)
}
