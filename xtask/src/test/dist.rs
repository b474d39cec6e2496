//! Builds what is released, and runs the tests of it: for Linux and Windows on x86-64, or for all
//! platforms.

mod arm;
mod tools;
mod windows;

use std::path::{Path, PathBuf};

use anyhow::Result;
use nws_tools::{Begun, Step, checkout};

use super::node;
use super::tally::Tally;

/// The words with which cargo builds what is released.
const BUILD: &str = "run --quiet --package nws-dist --";

/// Begins to build beside the other tests. They wait most of the time, and the longest steps here use
/// one processor.
pub(crate) fn begin(all: bool) -> Result<Begun> {
    with(Step::cargo_in_idle_time(BUILD), all).begin(checkout::target().join("dist.log"))
}

/// Builds, unless that has `begun`, and runs all tests, with `proxy` as the one that is not released: with `all` also
/// those of Linux on ARM.
pub(crate) fn released(proxy: &Path, all: bool, begun: Option<Begun>) -> Result<Tally> {
    match begun {
        Some(begun) => begun.end()?,
        None => with(Step::cargo(BUILD), all).run()?,
    }
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

fn with(build: Step, all: bool) -> Step {
    if all { build.arg("--all") } else { build }
}

/// The proxy for a platform, as it is released.
fn program(triple: &str, name: &str) -> PathBuf {
    checkout::target().join("dist-work/bin").join(triple).join(name)
}
