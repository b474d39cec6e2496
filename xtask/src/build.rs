//! `cargo xtask build`: builds the npm package, and then the proxy that carries it.

use anyhow::Result;
use nws_tools::{Step, npm};

use crate::{package, toolchain};

/// Builds the npm package into polyfill/dist and everything in Rust.
#[derive(clap::Args)]
pub(crate) struct Build {
    /// Builds everything as it ships: optimised.
    #[arg(long)]
    release: bool,
    /// Builds only the npm package.
    #[arg(long)]
    package: bool,
    /// Builds only the pages in Rust, into pages/ in the target folder.
    #[arg(long, conflicts_with = "package")]
    pages: bool,
    /// Also keeps the WebAssembly with the names of its functions, in the target folder.
    #[arg(long)]
    with_names: bool,
}

impl Build {
    pub(crate) fn start(self) -> Result<()> {
        if self.pages {
            toolchain::need_wasm()?;
            npm::need("polyfill")?;
            return package::pages();
        }
        bundle(self.release)?;
        if self.with_names {
            package::with_names()?;
        }
        if self.package {
            return Ok(());
        }
        package::pages()?;
        let build = Step::cargo("build --workspace");
        if self.release { build.arg("--release") } else { build }.run()
    }
}

/// Builds the npm package, and installs what that needs.
pub(crate) fn bundle(release: bool) -> Result<()> {
    toolchain::need_wasm()?;
    npm::need("polyfill")?;
    npm::need("proxy/console")?;
    package::package(release)
}

/// Builds only the proxy. The pages and scripts that it serves are those of the last [`bundle`].
pub(crate) fn proxy(release: bool) -> Result<()> {
    let build = Step::cargo("build --package nws-proxy");
    if release { build.arg("--release") } else { build }.run()
}
