//! Builds what is released, and runs the tests of it: for Linux and Windows on x86-64, or for all
//! platforms.

mod arm;
mod tools;
mod windows;

use std::path::{Path, PathBuf};

use anyhow::Result;
use nws_tools::{Step, checkout};

use super::node;
use super::tally::Tally;

/// Builds, and runs all tests, with `proxy` as the one that is not released: with `all` also those of Linux on ARM.
pub(crate) fn released(proxy: &Path, all: bool) -> Result<Tally> {
    let build = Step::cargo("run --quiet --package nws-dist --");
    if all { build.arg("--all") } else { build }.run()?;
    tools::need();
    let mut tally = node::released(proxy)?;
    tally += windows::windows()?;
    if all {
        tally += arm::arm()?;
    } else {
        println!("NOT RUN: Linux on ARM, which `cargo xtask test dist --all` builds and tests");
    }
    Ok(tally)
}

/// The proxy for a platform, as it is released.
fn program(triple: &str, name: &str) -> PathBuf {
    checkout::target().join("dist-work/bin").join(triple).join(name)
}
