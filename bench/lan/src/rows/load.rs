//! Measures a load from one machine to the other and the same load on one machine, in turn, between
//! the same two proxies.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use nws_report::lan::{Latency, Pipeline, Placing, Run, Throughput};
use nws_report::load::Report;
use tokio::process::Command;

use super::pair::Pair;
use super::placing;
use crate::options::Options;

/// Time before the measurement, in seconds.
const WARMUP: f64 = 0.5;
/// Bytes of a message, and messages under way: enough that there is always one to send, however
/// long the way is.
const PIPELINES: [(u32, u32); 3] = [(64, 1024), (4096, 128), (65_536, 16)];
const RECEIVERS: [u32; 2] = [1, 10];

/// One message at a time to one receiver.
pub(super) async fn latency(options: &Options) -> Result<Latency> {
    let pair = Pair::start().await?;
    let runs = by_turns(options, &pair, "burst --peers 2 --window 1 --bytes 64").await?;
    pair.end().await?;
    Ok(Latency { runs })
}

/// One sender that always has more to send, with one receiver and with ten.
pub(super) async fn throughput(options: &Options) -> Result<Throughput> {
    let pair = Pair::start().await?;
    let mut loads = Vec::new();
    for receivers in RECEIVERS {
        for (bytes, window) in PIPELINES {
            let words = format!("burst --peers {} --window {window} --bytes {bytes}", receivers + 1);
            let runs = by_turns(options, &pair, &words).await?;
            loads.push(Pipeline { receivers, bytes, runs });
        }
    }
    pair.end().await?;
    Ok(Throughput { loads })
}

/// Reports of the load generator, each with its place and the number of its repetition.
async fn by_turns(options: &Options, pair: &Pair, words: &str) -> Result<Vec<Run>> {
    let mut runs = Vec::new();
    for rep in 0..options.reps {
        for placing in placing::in_turn(rep) {
            runs.push(Run { placing, rep, report: run(options, pair, words, placing).await? });
        }
    }
    Ok(runs)
}

async fn run(options: &Options, pair: &Pair, words: &str, placing: Placing) -> Result<Report> {
    let namespaces = pair.namespaces();
    let namespaces = [namespaces[0], namespaces[placing::receivers(placing)]].join(",");
    let words = format!("{words} --secs {} --warmup {WARMUP} --namespaces {namespaces}", options.secs);
    generate(pair, &words).await
}

/// Runs the load generator against both proxies. It limits its own waits. A message that is lost or
/// wrong is an error.
pub(super) async fn generate(pair: &Pair, words: &str) -> Result<Report> {
    let [one, two] = &pair.proxies;
    let mut command = Command::new(program()?);
    command.args(words.split(' ')).args(["--url", &format!("ws://127.0.0.1:{}", one.port())]);
    command.args(["--pid", &format!("{},{}", one.pid()?, two.pid()?)]);
    command.stdin(Stdio::null()).stderr(Stdio::inherit()).kill_on_drop(true);
    let output = command.output().await.context("cannot start nws-load")?;
    if !output.status.success() {
        bail!("nws-load {words} ended with {}", output.status);
    }
    serde_json::from_slice(&output.stdout).context("not a report of nws-load")
}

fn program() -> Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name("nws-load");
    if !path.is_file() {
        bail!("{} is missing: run `cargo xtask bench lan`, or build nws-load", path.display());
    }
    Ok(path)
}
