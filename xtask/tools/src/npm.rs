//! Installs the npm packages that a folder's lock file names.

use std::path::Path;
use std::time::SystemTime;

use anyhow::{Result, bail};

use crate::step::Step;
use crate::{checkout, node};

/// Installs the packages of `folder` if they are missing or older than the lock file.
///
/// # Errors
///
/// When Node.js is missing or too old, when the folder has no lock file, or when npm fails.
pub fn need(folder: &str) -> Result<()> {
    node::need()?;
    let lock = checkout::root().join(folder).join("package-lock.json");
    let Some(wanted) = modified(&lock) else { bail!("{folder}/package-lock.json is missing") };
    // npm writes this file last, so an installation that was interrupted counts as missing.
    let installed = modified(&checkout::root().join(folder).join("node_modules/.package-lock.json"));
    if installed.is_some_and(|installed| installed >= wanted) {
        return Ok(());
    }
    npm(folder).words("ci --no-audit --no-fund").run()
}

/// npm, run in `folder`.
#[must_use]
pub fn npm(folder: impl AsRef<Path>) -> Step {
    Step::new(if cfg!(windows) { "npm.cmd" } else { "npm" }).dir(folder)
}

fn modified(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|data| data.modified()).ok()
}
