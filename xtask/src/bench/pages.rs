//! Figures of the npm package, by the programs in polyfill/bench.

use anyhow::{Context, Result};
use serde_json::Value;

use super::figure::Figure;
use crate::browser::CHROMIUM;
use crate::checkout;
use crate::step::Step;

/// What the script-tag build weighs.
pub(crate) fn size() -> Result<Vec<Figure>> {
    let sizes = run("size.mjs", Step::new("node"))?;
    let script =
        sizes.as_array().and_then(|files| files.iter().find(|file| file["file"] == "networkwebsockets.js"));
    let script = script.context("no size of the script-tag build")?;
    let kilobytes = |how: &str| script[how].as_f64().map(|bytes| bytes / 1000.0).context("not a size");
    Ok(vec![
        Figure::new("script-tag build, gzip", kilobytes("gzip")?, "KB").at_most(18.0).details(sizes.clone()),
        Figure::new("script-tag build, brotli", kilobytes("brotli")?, "KB"),
    ])
}

/// The first construction in a page that has loaded the script.
pub(crate) fn construct() -> Result<Vec<Figure>> {
    let times = run("construct.mjs", in_browser()?)?;
    let time = |key: &str| times[key].as_f64().with_context(|| format!("no {key}"));
    let (ours, bare) = (time("median_ms")?, time("websocket_median_ms")?);
    Ok(vec![
        Figure::new("first new NetworkWebSocket(), median", ours, "ms").at_most(10.0).details(times.clone()),
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

fn in_browser() -> Result<Step> {
    Ok(Step::new("node").env("CHROMIUM", CHROMIUM.need()?).env("NWS_BIN", checkout::program("nws", true)))
}

fn run(program: &str, node: Step) -> Result<Value> {
    let program = checkout::root().join("polyfill/bench").join(program);
    Ok(serde_json::from_str(&node.arg(program).arg("--json").read()?)?)
}
