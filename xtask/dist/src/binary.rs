//! Builds the proxy for a platform, as it is released.

use std::fs;

use anyhow::{Context, Result};
use nws_tools::{Step, checkout, paths};

use crate::inspect;
use crate::library::Library;
use crate::release::Release;
use crate::target::{System, Target};
use crate::tools::Tools;

/// The profile of Cargo.toml for what is released. Cargo has a folder of this name in the target
/// folder, so it is another one than that of [`crate::release::released`].
pub(crate) const PROFILE: &str = "ship";

/// The date that C compilers and the linker for Windows write: 1980-01-01, in seconds since 1970. With
/// the date of the commit, each commit would compile all cryptography again.
const COMPILED: &str = "315532800";

/// Builds the pages and the npm package that the proxy carries.
pub(crate) fn carried() -> Result<()> {
    Step::cargo("run --quiet --package xtask -- build --release --package").run()
}

/// Builds the proxy for `target`, inspects it, and puts it where [`Release::binary`] says.
pub(crate) fn build(release: &Release, tools: &Tools, target: Target, library: Library) -> Result<()> {
    let build = tools.cargo("zigbuild --locked --package nws-proxy --bin nws --profile")?.arg(PROFILE);
    let build = library.with(build.arg("--target").arg(target.triple));
    environment(target, library, build).run()?;
    let built = checkout::target().join(target.triple).join(PROFILE).join(target.program());
    let place = release.binary(target);
    fs::create_dir_all(place.parent().context("a file has a folder")?)?;
    fs::copy(&built, &place).with_context(|| format!("cannot copy {}", built.display()))?;
    inspect::proxy(release, target)
}

/// The variables under which cargo builds for `target`. The same variables give the same bytes, in
/// whatever folder the checkout lies.
fn environment(target: Target, library: Library, build: Step) -> Step {
    let mut flags = paths::remapped();
    if target.system == System::Linux && target.is_relocatable {
        // zig makes a static program that lies at one fixed address, unless it is told this.
        flags.push("\u{1f}-Clink-arg=-pie");
    }
    if library == Library::Source {
        // With the library rustup also installs the C library, which zig has too.
        flags.push("\u{1f}-Clink-self-contained=no");
    }
    let build = build.env("SOURCE_DATE_EPOCH", COMPILED).env("CARGO_ENCODED_RUSTFLAGS", flags);
    match target.oldest_macos {
        Some(oldest) => build.env("MACOSX_DEPLOYMENT_TARGET", oldest),
        None => build,
    }
}
