//! A Chromium for the browser tests.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::debian;

const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const MISSING: &str =
    "Chromium is missing: install Chromium or Chrome, or name its program in the variable CHROMIUM";

/// The program: what the variable `CHROMIUM` names, else the first found, else what Debian installs.
pub(crate) fn need() -> Result<PathBuf> {
    if let Some(chosen) = std::env::var_os("CHROMIUM") {
        return Ok(chosen.into());
    }
    if let Some(found) = find() {
        return Ok(found);
    }
    debian::install("chromium").context(MISSING)?;
    find().context(MISSING)
}

fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let programs = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    programs.into_iter().find(|program| program.is_file())
}
