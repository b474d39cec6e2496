//! Runs the tests of what is released, which `cargo xtask dist` has built.

mod arm;
mod windows;

use std::path::PathBuf;

use anyhow::Result;
use nws_tools::checkout;

use super::count;
use super::tally::Tally;

/// Runs all of them.
pub(crate) fn released() -> Result<Tally> {
    Ok([count("Windows", windows::windows()), count("Linux on ARM", arm::arm())].into_iter().sum())
}

/// The proxy for a platform, as it is released.
fn program(triple: &str, name: &str) -> PathBuf {
    checkout::target().join("dist-work/bin").join(triple).join(name)
}
