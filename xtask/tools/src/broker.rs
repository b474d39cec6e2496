//! Installs what the tests of the backbone need: a NATS server.

use anyhow::{Context, Result};

use crate::debian;
use crate::step::Step;

/// Installs `nats-server` if it is missing.
///
/// # Errors
///
/// When it cannot be installed.
pub fn need() -> Result<()> {
    if Step::new("nats-server").arg("--version").succeeds() {
        return Ok(());
    }
    debian::install("nats-server").context("nats-server is missing: install it from https://nats.io/download")
}
