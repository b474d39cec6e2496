//! A proxy that is killed 20 times under each client. The tests that watch that fail at a message that
//! comes twice, or is missing where no gap was told, and tell the gaps that they have counted.

use anyhow::{Context, Result};
use nws_tools::browser::CHROMIUM;
use nws_tools::{Step, checkout, npm, python};

use crate::figure::Figure;

/// How often the proxy is killed.
const KILLS: f64 = 20.0;

pub(super) fn measure() -> Result<Vec<Figure>> {
    let proxy = checkout::program("nws", true);
    let rust = "test --quiet --package networkwebsockets --test api -- --nocapture --exact \
                gaps::a_proxy_that_is_killed_again_and_again_leaves_gaps_only";
    let rust = Step::cargo(rust).env("NWS_BIN", &proxy).read().context("the crate")?;
    let environment = python::project("python")?;
    let pytest = Step::new(python::program(&environment, "pytest")).dir("python");
    let pytest = pytest.words("-q -s --color no tests/test_restarts.py").env("NWS_PROXY", &proxy);
    let python = pytest.read().context("the Python package")?;
    npm::need("tests")?;
    Step::cargo("xtask build --pages").run()?;
    let node =
        Step::new("node").dir("tests").words("--test --test-name-pattern killed browser/rust-page.test.mjs");
    let node = node.env("CHROMIUM", CHROMIUM.need()?).env("NWS_BIN", &proxy);
    let page = node.env("CARGO_TARGET_DIR", checkout::target()).read().context("the crate in a page")?;
    [("the crate", rust), ("the Python package", python), ("the crate in a page", page)]
        .into_iter()
        .map(|(client, printed)| {
            let gaps = gaps(&printed).with_context(|| format!("{client} has told no gaps"))?;
            Ok(Figure::new(format!("gaps seen of 20 kills, {client}"), gaps, "").at_least(KILLS))
        })
        .collect()
}

/// What a test has counted.
fn gaps(printed: &str) -> Option<f64> {
    let (_, count) = printed.split_once("gaps seen: ")?;
    count.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_those_that_a_test_tells() {
        assert_eq!(gaps("ok 1 - a\n# gaps seen: 19\n# tests 1\n"), Some(19.0));
        assert_eq!(gaps("# tests 1\n"), None);
    }
}
