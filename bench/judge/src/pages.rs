//! Figures of the npm package, from the programs in polyfill/bench.

mod parts;
pub(crate) mod streams;

use anyhow::{Context, Result};
use nws_tools::browser::CHROMIUM;
use nws_tools::{Step, checkout};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::figure::Figure;

/// The bytes of a file: uncompressed, with gzip, and with brotli.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Size {
    file: String,
    raw: f64,
    gzip: f64,
    brotli: f64,
}

/// The time of the first construction in a page, over many pages.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Construction {
    pages: u32,
    median_ms: f64,
    min_ms: f64,
    p90_ms: f64,
    websocket_median_ms: f64,
}

/// Round trips from page to page.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RoundTrips {
    rounds: u32,
    p50_ms: f64,
    p99_ms: f64,
}

/// One kind of message, with each client.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Throughput {
    name: String,
    per_second: Clients,
    busy_us: Clients,
    of_hand_written: f64,
    of_bare: f64,
    of_hand_written_busy: f64,
    of_bare_busy: f64,
}

/// The rates of the package, of a client written by hand, and of a bare WebSocket.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Clients {
    ours: f64,
    hand_written: f64,
    bare: f64,
}

/// Growth of memory in KB: of the JavaScript heap, and of the WebAssembly.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Growth {
    peers_kb: f64,
    peers_wasm_kb: f64,
    messages_kb: f64,
    messages_wasm_kb: f64,
}

/// The size of the script-tag build, and of its parts before compression.
pub(crate) fn size() -> Result<Vec<Figure>> {
    let sizes: Vec<Size> = run("size.mjs", Step::new("node"))?;
    let script = sizes.iter().find(|size| size.file == "networkwebsockets.js");
    let Size { gzip, brotli, .. } = script.context("no size of the script-tag build")?;
    let mut figures = vec![
        Figure::new("script-tag build, gzip", gzip / 1000.0, "KB").at_most(16.0).details(&sizes),
        Figure::new("script-tag build, brotli", brotli / 1000.0, "KB").at_most(14.0),
    ];
    figures.extend(parts::measure()?);
    Ok(figures)
}

/// The first construction in a page that has loaded the script.
pub(crate) fn construct() -> Result<Vec<Figure>> {
    let times: Construction = run("construct.mjs", in_browser()?)?;
    let ours = Figure::new("first new NetworkWebSocket(), median", times.median_ms, "ms");
    Ok(vec![
        ours.at_most(8.0).details(&times),
        Figure::new("first new WebSocket(), median", times.websocket_median_ms, "ms"),
    ])
}

/// A message from one page through the proxy to another, and back.
pub(crate) fn roundtrip() -> Result<Vec<Figure>> {
    let times: RoundTrips = run("roundtrip.mjs", in_browser()?)?;
    Ok(vec![
        Figure::new("page to page round trip, p50", times.p50_ms, "ms").details(&times),
        Figure::new("page to page round trip, p99", times.p99_ms, "ms"),
    ])
}

/// Everything that the package costs a page: size, start, messages and memory.
pub(crate) fn browser() -> Result<Vec<Figure>> {
    let mut figures = size()?;
    figures.extend(construct()?);
    figures.extend(throughput()?);
    figures.extend(heap()?);
    Ok(figures)
}

/// Messages, compared with a client written by hand and with a bare WebSocket. The time of the
/// page's main thread is compared: the network service of the browser delivers fewer messages than
/// a page can take.
fn throughput() -> Result<Vec<Figure>> {
    let kinds: Vec<Throughput> = run("throughput.mjs", in_browser()?)?;
    let figures = kinds.iter().flat_map(|kind| {
        let Throughput { name, of_hand_written_busy: by_hand, of_bare_busy: bare, .. } = kind;
        let by_hand = Figure::new(format!("{name}, of hand-written"), *by_hand, "").at_least(0.9);
        let bare = Figure::new(format!("{name}, of a bare WebSocket"), *bare, "").at_least(0.7);
        [by_hand.details(kind), bare]
    });
    Ok(figures.collect())
}

/// Growth of memory. A few KB more or less come from code that the engine has compiled meanwhile.
fn heap() -> Result<Vec<Figure>> {
    const NOISE_KB: f64 = 16.0;
    let growth: Growth = run("heap.mjs", in_browser()?)?;
    let rows = [
        ("heap after 1,000 more peers", growth.peers_kb, NOISE_KB),
        ("heap after 100,000 more messages", growth.messages_kb, NOISE_KB),
        ("WebAssembly memory after 1,000 more peers", growth.peers_wasm_kb, 0.0),
        ("WebAssembly memory after 100,000 more messages", growth.messages_wasm_kb, 0.0),
    ];
    let figure = |(name, grown, bound)| Figure::new(format!("{name}, growth"), grown, "KB").at_most(bound);
    Ok(rows.map(figure).into())
}

fn in_browser() -> Result<Step> {
    Ok(Step::new("node").env("CHROMIUM", CHROMIUM.need()?).env("NWS_BIN", checkout::program("nws", true)))
}

fn run<T: DeserializeOwned>(program: &str, node: Step) -> Result<T> {
    let path = checkout::root().join("polyfill/bench").join(program);
    let printed = node.arg(path).arg("--json").read()?;
    serde_json::from_str(&printed).with_context(|| format!("{program} did not print its report"))
}
