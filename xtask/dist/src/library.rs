//! Gets Rust's standard library for a platform.

use std::path::Path;

use anyhow::{Context, Result};
use nws_tools::Step;

use crate::target::Target;

/// Where the standard library for a platform comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Library {
    /// rustup installs it.
    Installed,
    /// It is compiled from its source: rustup, or the mirror from which it installs, does not have it.
    Source,
}

impl Library {
    /// Installs what is needed to build for `target`.
    pub(crate) fn need(target: Target) -> Result<Self> {
        if is_there(target) || Step::new("rustup").words("target add").arg(target.triple).run().is_ok() {
            return Ok(Self::Installed);
        }
        Step::new("rustup").words("component add rust-src").run().with_context(|| {
            format!("the Rust standard library for {target} is missing: install it, for example by rustup")
        })?;
        println!(
            "warning: rustup cannot install the standard library for {target}, so it is compiled from its source: \
             do not publish this build, as others cannot make the same bytes"
        );
        Ok(Self::Source)
    }

    /// Adds what cargo has to know to build with it.
    pub(crate) fn with(self, build: Step) -> Step {
        match self {
            Self::Installed => build,
            // The option is one of nightly compilers, which this variable allows to this one too.
            Self::Source => build.words("-Z build-std=std,panic_unwind").env("RUSTC_BOOTSTRAP", "1"),
        }
    }
}

/// Gives whether rustc has the library, however it came there.
fn is_there(target: Target) -> bool {
    let folder =
        Step::new("rustc").words("--print target-libdir --target").arg(target.triple).unannounced().read();
    folder.is_ok_and(|folder| Path::new(folder.trim()).is_dir())
}
