//! Figures of programs that talk through the proxy, by the examples of nws-tests.

use anyhow::{Context, Result};
use serde_json::Value;

use super::figure::Figure;
use crate::checkout;
use crate::step::Step;

/// A direct message and its answer, beside the same bytes through a bare relay.
pub(crate) fn direct() -> Result<Vec<Figure>> {
    let times = run("direct")?;
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
    let sizes = run("idle")?;
    let size = sizes["kib_per_connection"].as_f64().context("no size")?;
    Ok(vec![
        Figure::new("memory per idle connection, 5,000 of them", size, "KiB").at_most(8.0).details(sizes),
    ])
}

fn run(example: &str) -> Result<Value> {
    let run = Step::cargo("run --quiet --release --package nws-tests --example").arg(example);
    Ok(serde_json::from_str(&run.env("NWS_BIN", checkout::program("nws", true)).read()?)?)
}
