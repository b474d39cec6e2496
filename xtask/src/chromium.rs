//! A Chromium for the browser tests.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::step::Step;

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
    if !can_apt() {
        bail!(MISSING);
    }
    Step::new("apt-get").words("update").run().context(MISSING)?;
    Step::new("apt-get").words("install -y --no-install-recommends chromium").run().context(MISSING)?;
    find().context(MISSING)
}

fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let programs = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    programs.into_iter().find(|program| program.is_file())
}

fn can_apt() -> bool {
    let is_root = || Step::new("id").arg("-u").read().is_ok_and(|id| id.trim() == "0");
    Path::new("/etc/debian_version").exists() && is_root()
}
