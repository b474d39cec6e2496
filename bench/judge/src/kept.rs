//! What stays of a measurement: files in `bench/` of the target folder.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use nws_tools::checkout;
use serde::Serialize;

/// The folder, which is made where it is missing.
pub(crate) fn folder() -> Result<PathBuf> {
    let folder = checkout::target().join("bench");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

/// Writes a file for people and programs.
pub(crate) fn write(name: &str, content: &(impl Serialize + ?Sized)) -> Result<()> {
    let file = folder()?.join(name);
    fs::write(&file, serde_json::to_string_pretty(content)?)
        .with_context(|| format!("cannot write {}", file.display()))
}
