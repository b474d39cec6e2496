//! The servers of others, whose sources lie in a folder `perf` that is no part of the project.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::checkout;
use crate::step::Step;

/// How to get something to compare with.
pub(crate) const MISSING: &str = "there is nothing to compare with: no folder shared/perf lies beside the checkout, \
                                  and NWS_PERF names none; it would hold peers/node and peers/rust, the servers that \
                                  nws is compared with";

/// Copies them into the target folder and builds them there; nothing when there are none.
pub(crate) fn prepare() -> Result<Option<PathBuf>> {
    let beside = checkout::root().join("../shared/perf");
    let source = std::env::var_os("NWS_PERF").map_or(beside, PathBuf::from).join("peers");
    if !source.is_dir() {
        return Ok(None);
    }
    let peers = checkout::target().join("perf/peers");
    copy(&source, &peers)?;
    // A workspace of its own, with a target folder of its own.
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

/// A copy that is as new stays, so that nothing is built again.
fn is_newer(source: &Path, copy: &Path) -> bool {
    let modified = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
    modified(copy).is_none_or(|copied| modified(source).is_some_and(|modified| modified > copied))
}
