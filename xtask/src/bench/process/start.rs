//! From the start of the process to the first WebSocket.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;

use super::super::figure::Figure;
use super::Running;

/// Enough that the starts which other programs disturb do not decide.
const STARTS: usize = 30;

/// Of what a person takes for at once, a third, in milliseconds: the rest is the browser's.
const REACH: f64 = 30.0;

/// Medians of many starts.
pub(in super::super) fn measure() -> Result<Vec<Figure>> {
    let (mut listening, mut upgraded) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let start = Instant::now();
        let proxy = Running::start()?;
        listening.push(milliseconds(start.elapsed()));
        let _socket = proxy.join("start")?;
        upgraded.push(milliseconds(start.elapsed()));
    }
    let details = json!({"listening_ms": listening, "upgraded_ms": upgraded});
    Ok(vec![
        Figure::new("start to the first WebSocket, median", median(upgraded), "ms")
            .at_most(REACH)
            .details(details),
        Figure::new("start to listening, median", median(listening), "ms"),
    ])
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
