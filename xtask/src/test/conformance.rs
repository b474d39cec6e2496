//! Runs tests/conformance: every client against protocol/vectors, and in scenarios with real proxies.

use std::path::Path;

use anyhow::Result;
use nws_tools::browser::CHROMIUM;
use nws_tools::{Step, checkout, npm, python};

use super::node::need_examples;
use super::tally::Tally;

/// Runs the script for all clients of the project.
pub(crate) fn clients(proxy: &Path) -> Result<Tally> {
    npm::need("tests")?;
    python::project("python")?;
    need_examples(&["conformance"])?;
    let script = Step::new("node").arg(checkout::root().join("tests/conformance/main.mjs"));
    let script = script.env("CHROMIUM", CHROMIUM.need()?).env("NWS_BIN", proxy);
    let mut tally = Tally::default();
    let script = script.env("CARGO_TARGET_DIR", checkout::target()).env("NWS_LOG", "warn");
    let run = script.watch(|line| tally = total(line).unwrap_or(tally));
    tally.after(run)
}

/// The counts in the last line of the script: `12 passed, 1 failed`.
fn total(line: &str) -> Option<Tally> {
    let (passed, failed) = line.strip_suffix(" failed")?.split_once(" passed, ")?;
    Some(Tally { passed: passed.parse().ok()?, failed: failed.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_has_the_counts() {
        let of = |line| total(line).map(|Tally { passed, failed }| (passed, failed));
        assert_eq!(of("1436 passed, 2 failed"), Some((1436, 2)));
        assert_eq!(of("FAILED Python, frames: a text: 2 passed, one failed"), None);
    }
}
