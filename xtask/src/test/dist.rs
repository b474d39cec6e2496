//! Runs the tests of what is released, which `cargo xtask dist` has built.

mod windows;

use std::path::PathBuf;

use anyhow::Result;
use nws_tools::checkout;

use super::tally::Tally;

/// Runs all of them.
pub(crate) fn released() -> Result<Tally> {
    windows::windows()
}

/// The proxy for a platform, as it is released.
fn program(triple: &str, name: &str) -> PathBuf {
    checkout::target().join("dist-work/bin").join(triple).join(name)
}
