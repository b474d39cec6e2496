//! Installs what the lab needs, the network of namespaces in `tests`.

use anyhow::{Context, Result, ensure};

use crate::debian;
use crate::step::Step;

/// Installs `ip` if it is missing.
///
/// # Errors
///
/// When it cannot be installed, or when the user is not root.
pub fn need() -> Result<()> {
    if !Step::new("ip").arg("-V").succeeds() {
        debian::install("iproute2")
            .context("the program `ip` is missing: install iproute2 (it exists for Linux)")?;
    }
    ensure!(
        debian::is_root(),
        "tests in network namespaces need root: run them as root, with sudo or in a container that has \
         CAP_SYS_ADMIN and CAP_NET_ADMIN"
    );
    Ok(())
}
