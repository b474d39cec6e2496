//! Streams between two pages: how soon they open, how much goes through, whom a slow reader holds
//! back, and what they leave behind.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::{in_browser, run};
use crate::figure::Figure;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Streams {
    dial_p50_ms: f64,
    dial_p99_ms: f64,
    round_trip_p50_ms: f64,
    stream_mb_s: f64,
    direct_mb_s: f64,
    stream_of_direct: f64,
    all_read_mb_s: f64,
    one_stopped_mb_s: f64,
    one_stopped_of_all_read: f64,
    stopped_buffered_mb: f64,
    stopped_sent_mb: f64,
    heap_before_kb: f64,
    heap_growth_kb: f64,
    proxy_before_kb: f64,
    proxy_growth_kb: f64,
}

/// The most that is on its way on one stream, in MB: what was sent beyond it waits at the sender.
const WINDOW_MB: f64 = 1.1;

/// Two pages that dial each other.
pub(crate) fn measure() -> Result<Vec<Figure>> {
    let streams: Streams = run("streams.mjs", in_browser()?)?;
    let mut figures = vec![
        Figure::new("dial until open at both ends, p50", streams.dial_p50_ms, "ms")
            .at_most(5.0)
            .details(&streams),
        Figure::new("a direct message and its answer, p50", streams.round_trip_p50_ms, "ms"),
    ];
    figures.extend(throughput(&streams));
    figures.extend(remains(&streams));
    Ok(figures)
}

fn throughput(streams: &Streams) -> Vec<Figure> {
    let waits = streams.stopped_sent_mb - WINDOW_MB;
    vec![
        Figure::new("64 KiB on one stream", streams.stream_mb_s, "MB/s"),
        Figure::new("64 KiB on one stream, of direct messages", streams.stream_of_direct, "").at_least(0.9),
        Figure::new("nine of ten streams, one stops, of all read", streams.one_stopped_of_all_read, "")
            .at_least(0.95),
        Figure::new("what waits at the sender of the one that stops", streams.stopped_buffered_mb, "MB")
            .at_least(waits),
    ]
}

/// Growth of memory. A few KB more or less come from code that the engine has compiled meanwhile,
/// and from pages that the allocator of the proxy keeps.
fn remains(streams: &Streams) -> [Figure; 2] {
    const HEAP_NOISE_KB: f64 = 16.0;
    const PROXY_NOISE_KB: f64 = 64.0;
    let heap = Figure::new("heap of a page after 2,000 more streams, growth", streams.heap_growth_kb, "KB");
    let proxy =
        Figure::new("memory of the proxy after 2,000 more streams, growth", streams.proxy_growth_kb, "KB");
    [heap.at_most(HEAP_NOISE_KB), proxy.at_most(PROXY_NOISE_KB)]
}
