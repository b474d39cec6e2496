//! `cargo xtask check`: what machines hold of CONTRIBUTING.md and ARCHITECTURE.md.

mod arrows;
mod deny;
mod promises;
mod shape;
mod wasm;

use anyhow::{Result, bail};

use crate::package::version;
use crate::step::Step;
use crate::{checkout, npm, toolchain};

/// Checks format, lints, documentation, dependencies, the shape of files, the tests of what is promised,
/// and what the WebAssembly imports.
///
/// Runs every check, whatever the others say, and ends with the list of those that failed.
#[derive(clap::Args)]
pub(crate) struct Check {
    /// Fails when the database of security advisories cannot be fetched; without this, such a check is left out and
    /// named.
    #[arg(long)]
    advisories: bool,
}

impl Check {
    pub(crate) fn start(self) -> Result<()> {
        toolchain::need_wasm()?;
        let checks = [
            ("format", Step::cargo("fmt --all --check").run()),
            ("clippy", clippy()),
            ("fuzz targets", fuzz()),
            ("documentation", documentation()),
            ("dependencies", deny::dependencies()),
            ("advisories", deny::advisories(self.advisories)),
            ("arrows", arrows::check()),
            ("wasm", wasm::check()),
            ("shape", shape::check()),
            ("promises", promises::check()),
            ("version", version::check()),
            ("JavaScript", javascript()),
            ("npm package", package()),
        ];
        let failed: Vec<&str> =
            checks.into_iter().filter_map(|(name, outcome)| failure(name, outcome)).collect();
        if !failed.is_empty() {
            bail!("failed: {}", failed.join(", "));
        }
        println!("every check passed");
        Ok(())
    }
}

fn failure(name: &str, outcome: Result<()>) -> Option<&str> {
    let error = outcome.err()?;
    eprintln!("error: {name}: {error:#}");
    Some(name)
}

fn clippy() -> Result<()> {
    Step::cargo("clippy --workspace --all-targets --all-features -- -D warnings").run()?;
    let wasm =
        Step::cargo("clippy --package nws-client-wasm --package nws-protocol --target").arg(toolchain::WASM);
    wasm.words("-- -D warnings").run()
}

/// They are no part of the workspace, because only nightly can run them; any toolchain can look at them.
fn fuzz() -> Result<()> {
    for manifest in ["protocol/fuzz/Cargo.toml", "proxy/fuzz/Cargo.toml"] {
        let clippy = Step::cargo("clippy --locked --manifest-path").arg(manifest).words("--target-dir");
        clippy.arg(checkout::target().join("fuzz")).words("-- -D warnings").run()?;
    }
    Ok(())
}

fn documentation() -> Result<()> {
    Step::cargo("doc --workspace --all-features --no-deps").env("RUSTDOCFLAGS", "-D warnings").run()
}

/// Format and lints of JavaScript and TypeScript, as `biome.json` has them.
fn javascript() -> Result<()> {
    npm::need("polyfill")?;
    let biome = checkout::root().join("polyfill/node_modules/@biomejs/biome/bin/biome");
    Step::new("node").arg(biome).words("ci --error-on-warnings").run()
}

/// The scripts of polyfill/package.json that look at types and style, as far as there are any.
fn package() -> Result<()> {
    npm::need("polyfill")?;
    npm::npm("polyfill").words("run --if-present typecheck").run()?;
    npm::npm("polyfill").words("run --if-present lint").run()
}
