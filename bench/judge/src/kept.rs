//! Keeps the results of measurements in files in `bench/` of the target folder.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use nws_tools::checkout;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The folder. It is made if it does not exist.
pub(crate) fn folder() -> Result<PathBuf> {
    let folder = checkout::target().join("bench");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

/// Writes a file that users and programs can read.
pub(crate) fn write(name: &str, content: &(impl Serialize + ?Sized)) -> Result<()> {
    let file = folder()?.join(name);
    fs::write(&file, serde_json::to_string_pretty(content)?)
        .with_context(|| format!("cannot write {}", file.display()))
}

/// Reads what an earlier measurement has written.
pub(crate) fn read<T: DeserializeOwned>(name: &str) -> Result<T> {
    let file = folder()?.join(name);
    let text =
        fs::read(&file).with_context(|| format!("no earlier results: cannot read {}", file.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("cannot understand {}", file.display()))
}
