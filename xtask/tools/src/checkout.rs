//! Knows the places of the project: the root of the checkout, the target folder, and what is built
//! into it.

use std::env::consts::EXE_SUFFIX;
use std::path::{Path, PathBuf};

/// The root of the checkout. It is the folder with the lock file above this crate, or above the
/// crate that cargo runs.
#[must_use]
pub fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    let root = here.ancestors().find(|folder| folder.join("Cargo.lock").is_file());
    root.map_or_else(|| here.clone(), Path::to_owned)
}

/// Cargo's target folder.
#[must_use]
pub fn target() -> PathBuf {
    let chosen = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    root().join(chosen)
}

/// The program `name` of the debug or the release build.
#[must_use]
pub fn program(name: &str, release: bool) -> PathBuf {
    let profile = if release { "release" } else { "debug" };
    target().join(profile).join(format!("{name}{EXE_SUFFIX}"))
}

/// The folder for what is made between the sources of the npm package and polyfill/dist.
#[must_use]
pub fn package() -> PathBuf {
    target().join("package")
}
