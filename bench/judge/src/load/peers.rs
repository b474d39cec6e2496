//! Builds the servers of others. Their sources are not part of the project: the variable `NWS_PERF`
//! names their folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use nws_tools::{Step, checkout};

/// Says how to get servers to compare with.
pub(crate) const MISSING: &str = "there is nothing to compare with: let the variable NWS_PERF name a folder that holds \
                                  peers/node and peers/rust, the servers that nws is compared with";

/// Copies them into the target folder, and builds them there; `None` if there are none.
pub(crate) fn prepare() -> Result<Option<PathBuf>> {
    let Some(source) = std::env::var_os("NWS_PERF") else { return Ok(None) };
    let source = PathBuf::from(source).join("peers");
    let peers = checkout::target().join("perf/peers");
    copy(&source, &peers).context("cannot copy the folder `peers` of the one that NWS_PERF names")?;
    // It is a separate workspace with its own target folder.
    let build = Step::cargo("build --release --quiet --target-dir target").dir(peers.join("rust"));
    build.run()?;
    if !peers.join("node/node_modules/.package-lock.json").exists() {
        Step::new("npm").words("ci --no-audit --no-fund").dir(peers.join("node")).run()?;
    }
    Ok(Some(peers))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else if is_newer(&entry.path(), &target) {
            fs::write(&target, fs::read(entry.path())?)?;
        }
    }
    Ok(())
}

/// Gives whether a source is newer than its copy. Other files stay, so that nothing is built again.
fn is_newer(source: &Path, copy: &Path) -> bool {
    let modified = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
    modified(copy).is_none_or(|copied| modified(source).is_some_and(|modified| modified > copied))
}
