//! Builds the proxy for a platform, as it is released.

use std::fs;

use anyhow::{Context, Result};
use nws_tools::{Step, checkout, paths};

use crate::inspect;
use crate::release::Release;
use crate::target::{System, Target};
use crate::tools::Tools;

/// The profile of Cargo.toml for what is released. Cargo has a folder of this name in the target
/// folder, so it is another one than that of [`crate::release::released`].
pub(crate) const PROFILE: &str = "ship";

/// The oldest macOS that runs the proxy: the oldest one that Rust supports for that processor.
const MACOS: [(&str, &str); 2] = [("aarch64-apple-darwin", "11.0"), ("x86_64-apple-darwin", "10.12")];

/// Builds the pages and the npm package that the proxy carries.
pub(crate) fn carried() -> Result<()> {
    Step::cargo("run --quiet --package xtask -- build --release --package").run()
}

/// Builds the proxy for `target`, inspects it, and puts it where [`Release::binary`] says.
pub(crate) fn build(release: &Release, tools: &Tools, target: Target) -> Result<()> {
    Step::new("rustup").words("target add").arg(target.triple).run().with_context(|| {
        format!("the Rust standard library for {target} is missing: install it, for example by rustup")
    })?;
    let build = tools.cargo("zigbuild --locked --package nws-proxy --bin nws --profile")?.arg(PROFILE);
    environment(release, target, build.arg("--target").arg(target.triple)).run()?;
    let built = checkout::target().join(target.triple).join(PROFILE).join(target.program());
    let place = release.binary(target);
    fs::create_dir_all(place.parent().context("a file has a folder")?)?;
    fs::copy(&built, &place).with_context(|| format!("cannot copy {}", built.display()))?;
    inspect::proxy(release, target)
}

/// The variables under which cargo builds for `target`. The same variables give the same bytes, in
/// whatever folder the checkout lies.
pub(crate) fn environment(release: &Release, target: Target, build: Step) -> Step {
    let build = build
        .env("SOURCE_DATE_EPOCH", release.epoch.to_string())
        .env("CARGO_ENCODED_RUSTFLAGS", paths::remapped());
    match target.system {
        System::MacOs => build.env("MACOSX_DEPLOYMENT_TARGET", oldest_macos(target)),
        System::Linux | System::Windows => build,
    }
}

/// The oldest macOS that runs the proxy for `target`.
pub(crate) fn oldest_macos(target: Target) -> &'static str {
    let oldest = MACOS.iter().find(|(triple, _)| *triple == target.triple);
    oldest.map_or("11.0", |(_, version)| version)
}
