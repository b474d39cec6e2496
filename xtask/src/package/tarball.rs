//! Packs the npm package into one file, as npm installs it and the proxy serves it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use nws_tools::{checkout, npm};

/// Writes polyfill/dist/networkwebsockets.tgz. Equal files give equal bytes: npm writes a fixed
/// date and no owner.
pub(super) fn pack() -> Result<()> {
    let folder = checkout::package();
    npm::npm("polyfill").words("pack --ignore-scripts --silent --pack-destination").arg(&folder).run()?;
    let packed = folder.join(concat!("networkwebsockets-", env!("CARGO_PKG_VERSION"), ".tgz"));
    let place = checkout::root().join("polyfill/dist/networkwebsockets.tgz");
    if same(&packed, &place) {
        // A file that is written anew makes cargo compile the proxy again.
        return Ok(());
    }
    // The file is complete or does not exist: a proxy may be compiled meanwhile.
    let beside = place.with_extension("new.tgz");
    fs::copy(&packed, &beside).with_context(|| format!("cannot copy {}", packed.display()))?;
    fs::rename(&beside, &place).context("cannot put the package into polyfill/dist")
}

/// Gives whether both files are there and have the same bytes.
fn same(one: &Path, other: &Path) -> bool {
    matches!((fs::read(one), fs::read(other)), (Ok(one), Ok(other)) if one == other)
}
