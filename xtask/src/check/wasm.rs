//! Checks the crates that run in a browser: they build for it, and import nothing from an
//! environment that a browser does not have.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use nws_tools::{Step, checkout};
use wasmparser::{Parser, Payload};

use crate::toolchain;

pub(crate) fn check() -> Result<()> {
    let build =
        Step::cargo("build --package nws-protocol --package nws-client-wasm --target").arg(toolchain::WASM);
    build.run()?;
    let module = checkout::target().join(toolchain::WASM).join("debug/nws_client_wasm.wasm");
    let foreign =
        imports_from(&module, "env").with_context(|| format!("cannot check {}", module.display()))?;
    if !foreign.is_empty() {
        bail!("the client imports from `env`, which no browser has: {}", foreign.join(", "));
    }
    Ok(())
}

/// The names that a module imports from `source`.
fn imports_from(module: &Path, source: &str) -> Result<Vec<String>> {
    let bytes = fs::read(module)?;
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(&bytes) {
        if let Payload::ImportSection(section) = payload? {
            for import in section.into_imports() {
                let import = import?;
                if import.module == source {
                    names.push(import.name.to_owned());
                }
            }
        }
    }
    Ok(names)
}
