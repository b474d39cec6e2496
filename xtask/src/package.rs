//! Builds the npm package: the core is compiled to WebAssembly, bound to JavaScript, made small,
//! bundled into polyfill/dist, and packed there as the proxy serves it. The demos and the console
//! are bundled with it, into demo/dist and proxy/console/dist.

mod binding;
mod pages;
mod shared;
mod tarball;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use nws_tools::{Step, checkout, paths};

use crate::{toolchain, version};
use binding::Names;
pub(crate) use pages::pages;

/// Builds the npm package. With `release` it has no source maps.
pub(crate) fn package(release: bool) -> Result<()> {
    version::check(&checkout::root())?;
    nws_tools::need_node()?;
    let core = checkout::package();
    make(&core, "")?;
    interface()?;
    let bundle = Step::new("node").dir("polyfill").arg("build.mjs").arg(&core);
    let bundle = if release { bundle } else { bundle.arg("--source-maps") };
    bundle.run()?;
    Step::new("node").dir("polyfill").arg("demos.mjs").run()?;
    Step::new("node").dir("proxy/console").arg("build.mjs").run()?;
    tarball::pack()
}

/// Writes what the package's TypeScript shares with the core: polyfill/src/generated.
pub(crate) fn interface() -> Result<()> {
    shared::write()?;
    let core = checkout::package().join("streams");
    make(&core, "--features streams")?;
    fs::copy(core.join("core.d.ts"), checkout::root().join("polyfill/src/generated/nws-core.d.ts"))?;
    Ok(())
}

/// Makes the core in this folder, unless it is there.
fn make(folder: &Path, features: &str) -> Result<()> {
    let module = compile(features)?;
    if !is_fresh(&folder.join("core.min.wasm"), &module) {
        binding::bind(&module, folder, Names::Dropped)
            .context("cannot bind the WebAssembly to JavaScript")?;
        optimise(folder, "")?;
    }
    Ok(())
}

/// Makes the WebAssembly as it ships, but with the names of its functions, beside the package.
pub(crate) fn with_names() -> Result<()> {
    let named = checkout::package().join("named");
    binding::bind(&compile("")?, &named, Names::Kept)?;
    optimise(&named, "--debuginfo")
}

/// Compiles the core. No path of this machine gets into its panic messages.
fn compile(features: &str) -> Result<PathBuf> {
    let build = Step::cargo("build --quiet --profile wasm --package nws-client-wasm --target");
    build.arg(toolchain::WASM).words(features).env("CARGO_ENCODED_RUSTFLAGS", paths::remapped()).run()?;
    Ok(checkout::target().join(toolchain::WASM).join("wasm/nws_client_wasm.wasm"))
}

/// Features that browsers have had since 2022. Without this list, the optimiser uses some that not
/// all browsers have.
const FEATURES: &str = "--mvp-features --enable-bulk-memory --enable-bulk-memory-opt --enable-multivalue \
    --enable-mutable-globals --enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext";

/// Writes core.min.wasm.
fn optimise(folder: &Path, more: &str) -> Result<()> {
    shrink(&folder.join("core.wasm"), &folder.join("core.min.wasm"), more)
}

/// Makes a smaller module.
fn shrink(module: &Path, output: &Path, more: &str) -> Result<()> {
    let optimiser =
        Step::new("node").arg(checkout::root().join("polyfill/node_modules/binaryen/bin/wasm-opt"));
    let optimise = optimiser
        .words(FEATURES)
        .words("-Oz --strip-target-features")
        .words(more)
        .arg("--output")
        .arg(output);
    optimise.arg(module).run()
}

/// Gives whether `output` was made after `input`, by this very version of this task.
fn is_fresh(output: &Path, input: &Path) -> bool {
    let modified = |file: &Path| fs::metadata(file).and_then(|data| data.modified()).ok();
    let task = std::env::current_exe().ok().and_then(|task| modified(&task));
    modified(output).is_some_and(|output| Some(output) >= modified(input) && Some(output) >= task)
}
