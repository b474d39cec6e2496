//! Checks that there is one version for everything: the npm package has the version of the
//! workspace, and so of the proxy that carries it.

use std::fs;

use anyhow::{Context, Result, bail};
use nws_tools::checkout;
use serde_json::Value;

const WORKSPACE: &str = env!("CARGO_PKG_VERSION");

/// Fails if package.json or its lock file has another version than the workspace.
pub(crate) fn check() -> Result<()> {
    let package = read("polyfill/package.json")?;
    let lock = read("polyfill/package-lock.json")?;
    let claims = [
        ("package.json", &package["version"]),
        ("package-lock.json", &lock["version"]),
        ("package-lock.json", &lock["packages"][""]["version"]),
    ];
    for (file, version) in claims {
        if version != WORKSPACE {
            bail!("polyfill/{file} has version {version}, but Cargo.toml has \"{WORKSPACE}\"");
        }
    }
    Ok(())
}

fn read(file: &str) -> Result<Value> {
    let text = fs::read_to_string(checkout::root().join(file));
    text.map_err(anyhow::Error::from)
        .and_then(|text| Ok(serde_json::from_str(&text)?))
        .with_context(|| format!("cannot read {file}"))
}
