//! Installs what the tests of DNS need: a server.

use anyhow::{Context, Result};

use crate::debian;
use crate::step::Step;

/// Installs `dnsmasq` if it is missing, without the service.
///
/// # Errors
///
/// When it cannot be installed.
pub fn need() -> Result<()> {
    if Step::new("dnsmasq").arg("--version").succeeds() {
        return Ok(());
    }
    debian::install("dnsmasq-base").context("dnsmasq is missing: install it with the package manager")
}
