//! Runs the tests in Rust: with nextest if it is installed, otherwise with `cargo test`. Doc tests
//! always use the latter.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use nws_tools::{Step, broker, checkout, dnsmasq};

use super::tally::Tally;
use crate::toolchain;

/// Runs all tests except the doc tests, with `proxy` where they need one.
pub(crate) fn unit(proxy: &Path) -> Result<Tally> {
    if cfg!(target_os = "linux")
        && let Err(error) = need_servers()
    {
        // The tests that need it say so too, and the others can run.
        eprintln!("error: {error:#}");
    }
    if toolchain::has("nextest") {
        nextest(proxy)
    } else {
        libtest("test --workspace --all-features --all-targets --no-fail-fast", proxy)
    }
}

/// Installs Prometheus, a NATS server and a DNS server if that is possible without asking the user.
fn need_servers() -> Result<()> {
    broker::need()?;
    dnsmasq::need()?;
    if ["promtool", "prometheus"].iter().all(|name| Step::new(name).arg("--version").succeeds()) {
        return Ok(());
    }
    nws_tools::install("prometheus").context("prometheus is missing, which scrapes the metrics of a proxy")
}

/// Runs the examples in the documentation.
pub(crate) fn doc(proxy: &Path) -> Result<Tally> {
    libtest("test --workspace --all-features --doc --no-fail-fast", proxy)
}

/// Runs the tests of the example with matchbox, which has a workspace of its own.
pub(crate) fn matchbox(proxy: &Path) -> Result<Tally> {
    let tests =
        with_proxy("test --locked --no-fail-fast --manifest-path examples/matchbox/Cargo.toml", proxy);
    count(tests.arg("--target-dir").arg(checkout::target().join("matchbox")))
}

fn nextest(proxy: &Path) -> Result<Tally> {
    // `.config/nextest.toml` asks for this report. It is here, whatever the target folder is.
    let report = checkout::root().join("target/nextest/default/junit.xml");
    if report.exists() {
        fs::remove_file(&report)?;
    }
    let run = with_proxy("nextest run --workspace --all-features --test-threads", proxy);
    let run = run.arg((super::cores() + 1).to_string()).run();
    let Ok(report) = fs::read_to_string(&report) else {
        return run.and_then(|()| Err(anyhow::anyhow!("nextest left no report")));
    };
    suites(&report)?.after(run)
}

fn libtest(words: &str, proxy: &Path) -> Result<Tally> {
    count(with_proxy(words, proxy))
}

/// Runs `cargo test`, and counts what it prints.
pub(crate) fn count(tests: Step) -> Result<Tally> {
    let mut tally = Tally::default();
    let run = tests.watch(|line| {
        if let Some(rest) = line.strip_prefix("test result: ") {
            tally.passed += before(rest, " passed");
            tally.failed += before(rest, " failed");
        }
    });
    tally.after(run)
}

fn with_proxy(words: &str, proxy: &Path) -> Step {
    Step::cargo(words).env("NWS_BIN", proxy)
}

/// The totals of a JUnit report.
fn suites(report: &str) -> Result<Tally> {
    let head = report.split("<testsuites").nth(1).and_then(|rest| rest.split('>').next());
    let head = head.context("nextest's report has no totals")?;
    let failed = attribute(head, "failures")? + attribute(head, "errors")?;
    let passed = attribute(head, "tests")?.saturating_sub(failed + attribute(head, "skipped")?);
    Ok(Tally { passed, failed })
}

fn attribute(head: &str, name: &str) -> Result<u64> {
    let value = head.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
    value
        .and_then(|value| value.parse().ok())
        .with_context(|| format!("nextest's report does not tell {name}"))
}

/// The number before `word`.
fn before(line: &str, word: &str) -> u64 {
    let number = line.split(word).next().and_then(|head| head.rsplit(' ').next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}
