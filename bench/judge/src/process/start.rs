//! Measures the time from the start of the process to the first WebSocket.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde::Serialize;

use super::Running;
use crate::figure::Figure;
use crate::statistics::median;

/// Number of starts. It is large enough that starts which other programs disturb do not matter.
const STARTS: usize = 30;

/// The bound in milliseconds: a third of what a user takes for immediate. The rest is for the
/// browser.
const REACH: f64 = 30.0;

/// Milliseconds of each start.
#[derive(Serialize)]
struct Starts {
    listening_ms: Vec<f64>,
    upgraded_ms: Vec<f64>,
}

/// Medians of many starts.
pub(crate) fn measure() -> Result<Vec<Figure>> {
    let mut starts = Starts { listening_ms: Vec::new(), upgraded_ms: Vec::new() };
    for _ in 0..STARTS {
        let start = Instant::now();
        let proxy = Running::start()?;
        starts.listening_ms.push(milliseconds(start.elapsed()));
        let _socket = proxy.join("start")?;
        starts.upgraded_ms.push(milliseconds(start.elapsed()));
    }
    let median = |times: &[f64]| median(times.iter().copied()).context("no starts");
    let (listening, upgraded) = (median(&starts.listening_ms)?, median(&starts.upgraded_ms)?);
    Ok(vec![
        Figure::new("start to the first WebSocket, median", upgraded, "ms").at_most(REACH).details(&starts),
        Figure::new("start to listening, median", listening, "ms"),
    ])
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
