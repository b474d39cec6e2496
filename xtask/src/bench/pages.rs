//! Figures of the npm package, by the programs in polyfill/bench.

mod parts;

use anyhow::{Context, Result};
use serde_json::Value;

use super::figure::Figure;
use crate::browser::CHROMIUM;
use crate::checkout;
use crate::step::Step;

/// What the script-tag build weighs, and its parts before compression.
pub(crate) fn size() -> Result<Vec<Figure>> {
    let sizes = run("size.mjs", Step::new("node"))?;
    let script =
        sizes.as_array().and_then(|files| files.iter().find(|file| file["file"] == "networkwebsockets.js"));
    let script = script.context("no size of the script-tag build")?;
    let kilobytes = |how: &str| script[how].as_f64().map(|bytes| bytes / 1000.0).context("not a size");
    let mut figures = vec![
        Figure::new("script-tag build, gzip", kilobytes("gzip")?, "KB").at_most(16.0).details(sizes.clone()),
        Figure::new("script-tag build, brotli", kilobytes("brotli")?, "KB").at_most(14.0),
    ];
    figures.extend(parts::measure()?);
    Ok(figures)
}

/// The first construction in a page that has loaded the script.
pub(crate) fn construct() -> Result<Vec<Figure>> {
    let times = run("construct.mjs", in_browser()?)?;
    let time = |key: &str| times[key].as_f64().with_context(|| format!("no {key}"));
    let (ours, bare) = (time("median_ms")?, time("websocket_median_ms")?);
    Ok(vec![
        Figure::new("first new NetworkWebSocket(), median", ours, "ms").at_most(8.0).details(times.clone()),
        Figure::new("first new WebSocket(), median", bare, "ms"),
    ])
}

/// From one page through the proxy to another and back.
pub(crate) fn roundtrip() -> Result<Vec<Figure>> {
    let times = run("roundtrip.mjs", in_browser()?)?;
    let time = |key: &str| times[key].as_f64().with_context(|| format!("no {key}"));
    Ok(vec![
        Figure::new("page to page round trip, p50", time("p50_ms")?, "ms").details(times.clone()),
        Figure::new("page to page round trip, p99", time("p99_ms")?, "ms"),
    ])
}

/// The whole of what a page pays for the package: its size, its start, its messages and its memory.
pub(crate) fn browser() -> Result<Vec<Figure>> {
    let mut figures = size()?;
    figures.extend(construct()?);
    figures.extend(throughput()?);
    figures.extend(heap()?);
    Ok(figures)
}

/// Messages, beside a client written by hand and a bare WebSocket. What is compared is the time of the page's main
/// thread: the browser's own network service hands over fewer messages than a page can take.
fn throughput() -> Result<Vec<Figure>> {
    let rows = run("throughput.mjs", in_browser()?)?;
    let mut figures = Vec::new();
    for row in rows.as_array().context("no rows")? {
        let name = row["name"].as_str().context("a row without a name")?;
        let ratio = |key: &str| row[key].as_f64().with_context(|| format!("no {key} of {name}"));
        let (by_hand, bare) = (ratio("of_hand_written_busy")?, ratio("of_bare_busy")?);
        figures.push(
            Figure::new(format!("{name}, of hand-written"), by_hand, "").at_least(0.9).details(row.clone()),
        );
        figures.push(Figure::new(format!("{name}, of a bare WebSocket"), bare, "").at_least(0.7));
    }
    Ok(figures)
}

/// What stays in memory. A few KB more or less is what the engine has compiled meanwhile.
fn heap() -> Result<Vec<Figure>> {
    const NOISE_KB: f64 = 16.0;
    let growth = run("heap.mjs", in_browser()?)?;
    let rows = [
        ("heap after 1,000 more peers", "peers_kb", NOISE_KB),
        ("heap after 100,000 more messages", "messages_kb", NOISE_KB),
        ("WebAssembly memory after 1,000 more peers", "peers_wasm_kb", 0.0),
        ("WebAssembly memory after 100,000 more messages", "messages_wasm_kb", 0.0),
    ];
    let figure = |(name, key, bound): (&str, &str, f64)| {
        let grown = growth[key].as_f64().with_context(|| format!("no {key}"))?;
        Ok(Figure::new(format!("{name}, growth"), grown, "KB").at_most(bound))
    };
    rows.into_iter().map(figure).collect()
}

fn in_browser() -> Result<Step> {
    Ok(Step::new("node").env("CHROMIUM", CHROMIUM.need()?).env("NWS_BIN", checkout::program("nws", true)))
}

fn run(program: &str, node: Step) -> Result<Value> {
    let program = checkout::root().join("polyfill/bench").join(program);
    Ok(serde_json::from_str(&node.arg(program).arg("--json").read()?)?)
}
