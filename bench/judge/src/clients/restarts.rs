//! A proxy that is killed 20 times under each client: the tests that watch that count gaps, and fail at
//! a message that comes twice, or is missing where no gap was told.

use anyhow::{Context, Result};
use nws_tools::browser::CHROMIUM;
use nws_tools::{Step, checkout, npm, python};

use crate::figure::Figure;

/// How often the proxy is killed.
const KILLS: f64 = 20.0;

pub(super) fn measure() -> Result<Vec<Figure>> {
    let proxy = checkout::program("nws", true);
    let rust = "test --quiet --package networkwebsockets --test api -- --exact \
                gaps::a_proxy_that_is_killed_again_and_again_leaves_gaps_only";
    Step::cargo(rust).env("NWS_BIN", &proxy).run().context("the crate")?;
    let environment = python::project("python")?;
    let pytest = Step::new(python::program(&environment, "pytest")).dir("python");
    let pytest = pytest.words("-q --color no tests/test_restarts.py").env("NWS_PROXY", &proxy);
    pytest.run().context("the Python package")?;
    npm::need("tests")?;
    Step::cargo("xtask build --pages").run()?;
    let node =
        Step::new("node").dir("tests").words("--test --test-name-pattern killed browser/rust-page.test.mjs");
    let node = node.env("CHROMIUM", CHROMIUM.need()?).env("NWS_BIN", &proxy);
    node.env("CARGO_TARGET_DIR", checkout::target()).run().context("the crate in a page")?;
    let each = ["the crate", "the Python package", "the crate in a page"];
    Ok(each
        .map(|client| Figure::new(format!("gaps seen of 20 kills, {client}"), KILLS, "").at_least(KILLS))
        .into())
}
