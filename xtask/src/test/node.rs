//! The tests in JavaScript: those of the npm package, and those in a real browser.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::tally::Tally;
use crate::step::Step;
use crate::{checkout, chromium, npm};

/// `npm test` of the package.
pub(crate) fn package() -> Result<Tally> {
    npm::need("polyfill")?;
    watch(npm::npm("polyfill").words("test").env("CHROMIUM", chromium::need()?))
}

/// The tests in `tests/browser`, each with a proxy and a Chromium of its own.
pub(crate) fn browser(chromium: &Path) -> Result<Tally> {
    Step::cargo("build --package nws-tests --example lan").run()?;
    let node = Step::new("node").dir("tests").words("--test --test-reporter spec").env("CHROMIUM", chromium);
    watch(files()?.iter().fold(node, Step::arg))
}

/// The test files, by name: what node makes of a folder differs from version to version.
fn files() -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(checkout::root().join("tests/browser"))?.collect::<Result<Vec<_>, _>>()?;
    let mut files: Vec<_> =
        entries.into_iter().map(|entry| entry.path()).filter(|path| is_test(path)).collect();
    files.sort();
    Ok(files)
}

fn is_test(path: &Path) -> bool {
    path.to_string_lossy().ends_with(".test.mjs")
}

fn watch(step: Step) -> Result<Tally> {
    let mut tally = Tally::default();
    let step =
        step.env("NWS_BIN", checkout::program("nws", false)).env("CARGO_TARGET_DIR", checkout::target());
    let run = step.watch(|line| {
        tally.passed += total(line, "pass");
        tally.failed += total(line, "fail") + total(line, "cancelled");
    });
    tally.after(run)
}

/// The number in one of the lines with which node's test runner closes: `# pass 12`, or `ℹ pass 12`.
fn total(line: &str, what: &str) -> u64 {
    let rest =
        line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")).and_then(|line| line.strip_prefix(what));
    rest.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}
