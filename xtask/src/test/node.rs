//! Runs the tests in JavaScript: those of the npm package, those in a real browser, and those of
//! the installed package.

use std::fs;
use std::path::Path;

use anyhow::Result;
use nws_tools::browser::{CHROMIUM, FIREFOX};
use nws_tools::{Step, checkout, npm};

use super::tally::Tally;
use crate::package;

/// Runs the tests of the package. `cargo xtask check` checks its types.
pub(crate) fn package(proxy: &Path) -> Result<Tally> {
    npm::need("polyfill")?;
    watch(npm::npm("polyfill").words("run unit").env("CHROMIUM", CHROMIUM.need()?), proxy)
}

/// Runs the tests in `tests/browser`, each with its own proxy and Chromium.
pub(crate) fn browser(proxy: &Path) -> Result<Tally> {
    npm::need("tests")?;
    package::pages()?;
    need_examples(&["lan", "certificate"])?;
    folder("browser", Step::new("node").env("CHROMIUM", CHROMIUM.need()?), proxy)
}

/// Runs the tests in `tests/demo`: the demos, on one machine and on several. The tests with Firefox
/// are in `tests/package`.
pub(crate) fn demos(proxy: &Path) -> Result<Tally> {
    npm::need("tests")?;
    npm::need("tests/package")?;
    need_examples(&["lan"])?;
    folder("demo", with_browsers(), proxy)
}

/// Runs the tests in `tests/package`: the packed package in every place where it has to work. If a
/// browser is missing, only the tests with that browser fail.
pub(crate) fn installed(proxy: &Path) -> Result<Tally> {
    npm::need("tests")?;
    npm::need("tests/package")?;
    folder("package", with_browsers(), proxy)
}

/// Runs the tests in `tests/dist`: what is released, as a user gets it.
pub(crate) fn released(proxy: &Path) -> Result<Tally> {
    npm::need("tests")?;
    npm::need("tests/package")?;
    folder("dist", with_browsers().env("NWS_DIST", checkout::target().join("dist")), proxy)
}

/// Builds examples that tests start. All crates and features: so nothing is compiled that the tests in
/// Rust have not compiled.
pub(crate) fn need_examples(names: &[&str]) -> Result<()> {
    let build = Step::cargo("build --workspace --all-features");
    names.iter().fold(build, |build, name| build.arg("--example").arg(name)).run()
}

/// A node that knows where the browsers are. If one is missing, the tests with it fail, and say how
/// to get it.
fn with_browsers() -> Step {
    [CHROMIUM, FIREFOX].iter().fold(Step::new("node"), |node, browser| match browser.need() {
        Ok(program) => node.env(browser.variable, program),
        Err(missing) => {
            eprintln!("error: {missing:#}");
            node
        }
    })
}

/// Runs the test files of a folder in `tests`, by name: versions of node differ in what they do
/// with a folder.
fn folder(name: &str, node: Step, proxy: &Path) -> Result<Tally> {
    let folder = checkout::root().join("tests").join(name);
    let entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let mut files: Vec<_> =
        entries.into_iter().map(|entry| entry.path()).filter(|path| is_test(path)).collect();
    files.sort();
    let node = node.dir("tests").words("--test --test-reporter spec");
    // Elsewhere programs are installed, which is work for all cores.
    let node = match name {
        "browser" | "demo" => node.arg(format!("--test-concurrency={}", super::cores())),
        _ => node,
    };
    watch(files.iter().fold(node, Step::arg), proxy)
}

fn is_test(path: &Path) -> bool {
    path.to_string_lossy().ends_with(".test.mjs")
}

fn watch(step: Step, proxy: &Path) -> Result<Tally> {
    let mut tally = Tally::default();
    let step = step.env("NWS_BIN", proxy).env("CARGO_TARGET_DIR", checkout::target());
    let run = step.watch(|line| {
        tally.passed += total(line, "pass");
        tally.failed += total(line, "fail") + total(line, "cancelled");
    });
    tally.after(run)
}

/// The number in one of the last lines of node's test runner: `# pass 12`, or `ℹ pass 12`.
fn total(line: &str, what: &str) -> u64 {
    let rest =
        line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")).and_then(|line| line.strip_prefix(what));
    rest.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}
