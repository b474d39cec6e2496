//! What the commands need that are peers.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use nws_report::lan::Row;
use nws_tools::checkout;

use crate::figure::Figure;
use crate::lan;
use crate::load::Amount;
use crate::process::Running;
use crate::statistics::median;

/// Runs of `nws status`.
const RUNS: usize = 30;

/// Milliseconds that a user takes for immediate.
const STATUS_REACH: f64 = 100.0;

pub(super) fn measure(amount: &Amount) -> Result<Vec<Figure>> {
    let mut figures = vec![status(&Running::start()?)?];
    figures.extend(lan::measure_row(Row::Pipe, amount)?);
    Ok(figures)
}

fn nws(proxy: &Running, words: &[&str]) -> Command {
    let mut command = Command::new(checkout::program("nws", true));
    command.args(words).env("NWS_PORT", proxy.port().to_string());
    command
}

fn status(proxy: &Running) -> Result<Figure> {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let begin = Instant::now();
        let output = nws(proxy, &["status"]).output().context("cannot start nws")?;
        times.push(begin.elapsed().as_secs_f64() * 1e3);
        ensure!(output.status.success(), "nws status: {}", String::from_utf8_lossy(&output.stderr));
    }
    let middle = median(times.iter().copied()).context("no runs")?;
    Ok(Figure::new("nws status, start to end, median", middle, "ms").at_most(STATUS_REACH).details(&times))
}
