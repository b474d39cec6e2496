//! Checks licences, bans, sources and advisories with cargo-deny, as `deny.toml` configures it.

use anyhow::Result;
use nws_tools::Step;

use super::Outcome;
use crate::toolchain;

const UNREACHABLE: &str = "the database of security advisories cannot be fetched from here, \
                           so the dependencies were not checked for known faults";

pub(crate) fn dependencies() -> Result<()> {
    toolchain::need("deny")?;
    Step::cargo("deny --all-features check --hide-inclusion-graph licenses bans sources").run()
}

/// Checks against the advisory database, which is fetched first. If that fails, the check is left
/// out, unless it is `required`.
pub(crate) fn advisories(required: bool) -> Result<Outcome> {
    toolchain::need("deny")?;
    if let Err(error) = Step::cargo("deny fetch db").run() {
        if required {
            return Err(error.context(UNREACHABLE));
        }
        return Ok(Outcome::LeftOut(UNREACHABLE));
    }
    Step::cargo("deny --all-features check --hide-inclusion-graph advisories").run()?;
    Ok(Outcome::Passed)
}
