//! A release: its version, its date, and the folders into which it is built.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use nws_tools::{Step, checkout};

use crate::target::Target;

/// What is built by one run.
pub(crate) struct Release {
    /// The version of the workspace, such as `1.2.3`.
    pub(crate) version: &'static str,
    /// The address of the repository, without a slash at its end.
    pub(crate) repository: &'static str,
    /// The date of everything that is made, in seconds since 1970: that of the last commit, or
    /// `SOURCE_DATE_EPOCH` (reproducible-builds.org).
    pub(crate) epoch: u64,
    pub(crate) targets: Vec<Target>,
}

impl Release {
    /// Of the checkout, for these platforms.
    pub(crate) fn new(targets: Vec<Target>) -> Result<Self> {
        let repository = env!("CARGO_PKG_REPOSITORY");
        Ok(Self { version: env!("CARGO_PKG_VERSION"), repository, epoch: epoch()?, targets })
    }

    /// The folder `name` of what is released, such as `release` or `npm`. It is made if it is
    /// missing.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf> {
        made(released().join(name))
    }

    /// The folder `name` of what is only needed on the way. It is made if it is missing.
    pub(crate) fn work(&self, name: &str) -> Result<PathBuf> {
        made(work().join(name))
    }

    /// The proxy for `target`, as it is released. [`crate::binary::build`] puts it there.
    pub(crate) fn binary(&self, target: Target) -> PathBuf {
        work().join("bin").join(target.triple).join(target.program())
    }

    /// The place of file `name` in a GitHub release.
    pub(crate) fn url(&self, name: &str) -> String {
        format!("{}/releases/download/v{}/{name}", self.repository, self.version)
    }
}

/// The folder of everything that is released.
pub(crate) fn released() -> PathBuf {
    checkout::target().join("dist")
}

/// The folder of tools, and of what is only needed on the way.
pub(crate) fn work() -> PathBuf {
    checkout::target().join("dist-work")
}

/// Makes an empty folder, whatever was there.
pub(crate) fn emptied(folder: PathBuf) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    made(folder)
}

fn made(folder: PathBuf) -> Result<PathBuf> {
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

/// Writes a file that is complete or not there.
pub(crate) fn write(file: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    let beside = file.with_added_extension("new");
    fs::write(&beside, bytes)
        .and_then(|()| fs::rename(&beside, file))
        .with_context(|| format!("cannot write {}", file.display()))
}

fn epoch() -> Result<u64> {
    let said = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(said) => said,
        Err(_) => Step::new("git").words("log -1 --format=%ct").read().context(
            "the date of the last commit is not known here: set SOURCE_DATE_EPOCH to seconds since 1970",
        )?,
    };
    said.trim().parse().with_context(|| format!("{said:?} is not a number of seconds since 1970"))
}
