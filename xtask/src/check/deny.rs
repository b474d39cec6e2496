//! Licences, bans, sources and advisories, by cargo-deny as `deny.toml` says.

use anyhow::Result;

use crate::step::Step;
use crate::toolchain;

pub(crate) fn dependencies() -> Result<()> {
    toolchain::need("deny")?;
    Step::cargo("deny --all-features check --hide-inclusion-graph licenses bans sources").run()
}

/// Checks against the advisory database, which has to be fetched; `required` makes it a failure that it cannot be.
pub(crate) fn advisories(required: bool) -> Result<()> {
    toolchain::need("deny")?;
    if !required && !Step::cargo("deny fetch db").succeeds() {
        println!(
            "not run: advisories (the database cannot be fetched from here; --advisories makes this a failure)"
        );
        return Ok(());
    }
    Step::cargo("deny --all-features check --hide-inclusion-graph advisories").run()
}
