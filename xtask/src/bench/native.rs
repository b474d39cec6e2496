//! Figures of programs that talk through the proxy, by the examples of nws-tests.

use anyhow::{Context, Result};
use serde_json::Value;

use super::figure::Figure;
use crate::checkout;
use crate::step::Step;

/// A direct message and its answer, beside the same bytes through a bare relay.
pub(crate) fn direct() -> Result<Vec<Figure>> {
    let times = run("direct", on_one_core)?;
    let time = |server: &str, key: &str| {
        times[server][key].as_f64().with_context(|| format!("no {key} of {server}"))
    };
    let (nws, relay) = (time("nws", "p50_us")?, time("relay", "p50_us")?);
    let ratio = times["ratio"].as_f64().context("no ratio")?;
    Ok(vec![
        Figure::new("direct round trip, p50", nws, "µs").details(times.clone()),
        Figure::new("direct round trip, p99", time("nws", "p99_us")?, "µs"),
        Figure::new("the same bytes through a TCP relay, p50", relay, "µs"),
        Figure::new("the same bytes through a TCP relay, p99", time("relay", "p99_us")?, "µs"),
        Figure::new("direct round trip by relay, p50", ratio, "×").at_most(1.5),
    ])
}

/// What 5,000 idle connections cost the proxy.
pub(crate) fn memory() -> Result<Vec<Figure>> {
    let sizes = run("idle", Step::cargo)?;
    let size = sizes["kib_per_connection"].as_f64().context("no size")?;
    Ok(vec![
        Figure::new("memory per idle connection, 5,000 of them", size, "KiB").at_most(8.0).details(sizes),
    ])
}

/// Each is the least of several runs: what it takes where nothing else runs.
pub(crate) fn turns() -> Result<Vec<Figure>> {
    Step::cargo("build --release --package nws-micro").run()?;
    let list = Step::new(checkout::program("nws-micro", true)).arg("turns").read()?;
    let figure = |line: &str| {
        let (time, what) =
            line.trim_start().split_once(' ').with_context(|| format!("no time in {line:?}"))?;
        Ok(Figure::new(what, time.parse()?, "ms").at_most(5.0))
    };
    list.lines().map(figure).collect()
}

/// On one core, where there is a `taskset`: which core the kernel gives to whom otherwise decides more than what
/// a server does, as waking a thread on another core has been seen to cost 150 µs, whatever it then does.
fn on_one_core(cargo: &str) -> Step {
    let pin = || Step::new("taskset").words("-c 0");
    match pin().arg("true").succeeds() {
        true => pin().arg(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())).words(cargo),
        false => Step::cargo(cargo),
    }
}

fn run(example: &str, start: fn(&str) -> Step) -> Result<Value> {
    let run = start("run --quiet --release --package nws-tests --example").arg(example);
    Ok(serde_json::from_str(&run.env("NWS_BIN", checkout::program("nws", true)).read()?)?)
}
