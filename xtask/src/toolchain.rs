//! Installs the parts of a Rust toolchain that a plain installation lacks.

use anyhow::{Context, Result};
use nws_tools::Step;

pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// Installs the WebAssembly target if it is missing.
pub(crate) fn need_wasm() -> Result<()> {
    let libraries = Step::new("rustc").words("--print target-libdir --target").arg(WASM).read()?;
    if std::path::Path::new(libraries.trim()).is_dir() {
        return Ok(());
    }
    Step::new("rustup").words("target add").arg(WASM).run().with_context(|| {
        format!(
            "the Rust standard library for {WASM} is missing: install it by rustup or from your distribution"
        )
    })
}

/// Gives whether `cargo <subcommand>` is installed.
pub(crate) fn has(subcommand: &str) -> bool {
    Step::cargo(subcommand).arg("--version").succeeds()
}

/// Installs `cargo <subcommand>` from source if it is missing.
pub(crate) fn need(subcommand: &str) -> Result<()> {
    if has(subcommand) {
        return Ok(());
    }
    Step::cargo("install --locked").arg(format!("cargo-{subcommand}")).quickly_built().run()
}
