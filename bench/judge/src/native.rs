//! Figures of programs that talk through the proxy, from the examples of nws-tests, and of its
//! turns, from nws-micro.

use anyhow::{Context, Result};
use nws_report::native::{Direct, IdleConnections, Turn};
use nws_tools::{Step, checkout};
use serde::de::DeserializeOwned;

use crate::figure::Figure;

/// A direct message and its reply, compared with the same bytes through a bare relay.
pub(crate) fn direct() -> Result<Vec<Figure>> {
    let times: Direct = run("direct", &[], on_one_core)?;
    let Direct { nws, relay, ratio, .. } = times;
    Ok(vec![
        Figure::new("direct round trip, p50", nws.p50_us, "µs").details(&times),
        Figure::new("direct round trip, p99", nws.p99_us, "µs"),
        Figure::new("the same bytes through a TCP relay, p50", relay.p50_us, "µs"),
        Figure::new("the same bytes through a TCP relay, p99", relay.p99_us, "µs"),
        Figure::new("direct round trip by relay, p50", ratio, "×").at_most(1.5),
    ])
}

/// The memory that 5,000 idle connections cost the proxy.
pub(crate) fn memory() -> Result<Vec<Figure>> {
    let sizes: IdleConnections = run("idle", &[], Step::cargo)?;
    let each = Figure::new("memory per idle connection, 5,000 of them", sizes.kib_per_connection, "KiB");
    Ok(vec![each.at_most(8.0).details(&sizes)])
}

/// Each figure is the least of several runs: its time when nothing else runs.
pub(crate) fn turns() -> Result<Vec<Figure>> {
    Step::cargo("build --release --package nws-micro").run()?;
    let list = Step::new(checkout::program("nws-micro", true)).arg("turns").read()?;
    let turns: Vec<Turn> = serde_json::from_str(&list).context("nws-micro did not print its turns")?;
    Ok(turns.into_iter().map(|turn| Figure::new(turn.what, turn.ms, "ms").at_most(5.0)).collect())
}

/// Runs on one core, if `taskset` exists. Otherwise the choice of cores by the kernel matters more
/// than the server: to wake a thread on another core was measured to cost 150 µs.
fn on_one_core(cargo: &str) -> Step {
    let pin = || Step::new("taskset").words("-c 0");
    match pin().arg("true").succeeds() {
        true => pin().arg(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())).words(cargo),
        false => Step::cargo(cargo),
    }
}

/// Runs an example with these words.
pub(crate) fn run<T: DeserializeOwned>(example: &str, words: &[&str], start: fn(&str) -> Step) -> Result<T> {
    let run = start("run --quiet --release --package nws-tests --example").arg(example);
    let run = words.iter().fold(run.arg("--"), |run, word| run.arg(word));
    let printed = run.env("NWS_BIN", checkout::program("nws", true)).read()?;
    serde_json::from_str(&printed).with_context(|| format!("{example} did not print its report"))
}
