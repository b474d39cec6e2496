//! The rows of `lan`, and what each is to reach.

use anyhow::{Context, Result};
use clap::ValueEnum;
use serde_json::Value;

use super::super::figure::Figure;
use super::measured::Measured;
use super::pairs::median;

/// One thing that proxies of different machines do; what each is says the help of `nws-lan`.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Row {
    Meet,
    Join,
    Latency,
    Throughput,
    Faults,
    Matching,
    Bulk,
    Idle,
}

impl Row {
    pub(super) fn name(self) -> String {
        super::super::key(self)
    }

    pub(super) fn figures(self, measured: &Measured<'_>) -> Result<Vec<Figure>> {
        match self {
            Self::Meet => meet(measured),
            Self::Join => join(measured),
            Self::Latency => latency(measured),
            Self::Throughput => throughput(measured),
            Self::Faults => faults(measured),
            Self::Matching => matching(measured),
            Self::Bulk => bulk(measured),
            Self::Idle => idle(measured),
        }
    }
}

fn meet(measured: &Measured<'_>) -> Result<Vec<Figure>> {
    let (fresh, running) = ("two fresh proxies, start to connect", "a fresh proxy meets a running one");
    Ok(vec![
        measured.time(fresh, "fresh", "p50")?,
        measured.time(fresh, "fresh", "p95")?.at_most(1500.0),
        measured.time(running, "running", "p50")?,
        measured.time(running, "running", "p95")?.at_most(500.0),
    ])
}

fn join(measured: &Measured<'_>) -> Result<Vec<Figure>> {
    let (at_once, in_turn) =
        ("joined on a live link, both at once", "joined on a live link, one after the other");
    Ok(vec![
        measured.time(at_once, "at_once", "p50")?.at_most(5.0),
        measured.time(at_once, "at_once", "p99")?.at_most(20.0),
        measured.time(in_turn, "in_turn", "p50")?.at_most(5.0),
        measured.time(in_turn, "in_turn", "p99")?.at_most(20.0),
    ])
}

fn latency(measured: &Measured<'_>) -> Result<Vec<Figure>> {
    let pairs = measured.pairs(measured.value("/runs")?)?;
    let mut figures = Vec::new();
    for share in ["p50", "p99"] {
        let compared = pairs.compare(&format!("/latency_us/{share}"))?;
        figures.push(Figure::new(format!("latency, one proxy, {share}"), compared.same, "µs"));
        figures.push(Figure::new(format!("latency, two proxies, {share}"), compared.across, "µs"));
        let ratio = Figure::new(format!("latency, two proxies by one, {share}"), compared.ratio, "×");
        let ratio = ratio.note(pairs.note());
        figures.push(if share == "p50" { ratio.at_most(2.5) } else { ratio });
    }
    Ok(figures)
}

fn throughput(measured: &Measured<'_>) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for load in measured.list("/loads")? {
        let what = format!("{} bytes to {}", load["bytes"], load["receivers"]);
        let pairs = measured.pairs(&load["runs"])?;
        let compared = pairs.compare("/deliveries_per_s")?;
        figures.push(Figure::new(format!("{what}, one proxy"), compared.same, "/s"));
        figures.push(Figure::new(format!("{what}, two proxies"), compared.across, "/s"));
        let ratio = Figure::new(format!("{what}, two proxies by one"), compared.ratio, "×").at_least(0.5);
        figures.push(ratio.note(pairs.note()));
    }
    Ok(figures)
}

fn faults(measured: &Measured<'_>) -> Result<Vec<Figure>> {
    Ok(vec![
        measured.time("kill -9 to disconnect", "kill", "most")?.at_most(1000.0),
        measured.time("silent partition to disconnect", "partition", "most")?.at_most(15_000.0),
        measured.time("heal to connect", "heal", "p50")?,
        measured.time("heal to connect", "heal", "most")?.at_most(5000.0),
    ])
}

fn matching(measured: &Measured<'_>) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for size in measured.list("/sizes")? {
        let of = |keys: &[&str]| {
            let runs = size["runs"].as_array().context("no runs")?;
            median(runs.iter().map(|run| sum(run, keys))).context("no runs")
        };
        let what = format!("matching, {} channels a side", size["channels"]);
        let cpu = of(&["work_ms", "session_ms"])? / 2.0;
        let cpu = Figure::new(format!("{what}, CPU of each"), cpu, "ms").note(measured.note(""));
        figures.push(cpu.details(size.clone()));
        let session = of(&["session_ms"])? / 2.0;
        figures.push(Figure::new(format!("{what}, of that beside the sockets"), session, "ms"));
        figures.push(Figure::new(format!("{what}, frames of both"), of(&["bytes"])? / 1000.0, "KB"));
    }
    figures.push(padding(measured)?);
    Ok(figures)
}

/// How far time tells 513 channels from 1,020.
fn padding(measured: &Measured<'_>) -> Result<Figure> {
    let padding = measured.value("/padding")?;
    let [few, many] = ["/us/0", "/us/1"].map(|key| padding.pointer(key).and_then(Value::as_f64));
    let (few, many) = few.zip(many).context("no times")?;
    let ratio = Figure::new("matching, tags: 1,020 channels against 513".to_owned(), many / few, "times");
    Ok(ratio.at_most(1.05).details(padding.clone()))
}

/// Of both sides.
fn sum(run: &Value, keys: &[&str]) -> f64 {
    let sides = run.as_array().into_iter().flatten();
    sides.flat_map(|side| keys.iter().filter_map(|key| side[*key].as_f64())).sum()
}

fn bulk(measured: &Measured<'_>) -> Result<Vec<Figure>> {
    let runs = measured.list("/runs")?;
    let rates = |key: &str| {
        let rates: Option<Vec<f64>> = runs.iter().map(|run| run[key].as_f64()).collect();
        rates.with_context(|| format!("a run without {key}"))
    };
    let rate = |key: &str| median(rates(key)?.into_iter()).context("no runs");
    let ratio = |key: &str| {
        let (ours, tls) = (rates(key)?, rates("tls")?);
        median(ours.iter().zip(tls).map(|(ours, tls)| ours / tls)).context("no runs")
    };
    let mut figures = vec![
        Figure::new("200 MiB to one peer", rate("message")?, "MiB/s"),
        Figure::new("200 MiB by broadcast", rate("broadcast")?, "MiB/s"),
        Figure::new("200 MiB by a bare TLS copy", rate("tls")?, "MiB/s"),
        Figure::new("200 MiB by bare TLS that reads ahead", rate("tls_read_ahead")?, "MiB/s"),
        Figure::new("200 MiB by a bare TCP copy", rate("tcp")?, "MiB/s"),
        Figure::new("200 MiB to one peer on the same machine", rate("same")?, "MiB/s"),
    ];
    if let Ok(iperf) = measured.number("/iperf3") {
        figures.push(Figure::new("200 MiB by iperf3", iperf, "MiB/s"));
    }
    let note = || measured.note(&format!("{} runs", runs.len()));
    figures.push(Figure::new("to one peer by bare TLS", ratio("message")?, "×").at_least(0.5).note(note()));
    figures
        .push(Figure::new("by broadcast by bare TLS", ratio("broadcast")?, "×").at_least(0.5).note(note()));
    Ok(figures)
}

fn idle(measured: &Measured<'_>) -> Result<Vec<Figure>> {
    let cpu = measured.number("/run/cpu/server_s")? / measured.number("/run/measured_s")? * 100.0;
    let linked = (measured.number("/linked_kib/0")? + measured.number("/linked_kib/1")?) / 2.0;
    Ok(vec![
        Figure::new("two linked proxies, nobody speaks, CPU of both", cpu, "%").note(measured.note("")),
        Figure::new("the same, context switches of both", measured.number("/run/switches_per_s")?, "/s"),
        Figure::new("memory of a linked proxy", linked, "KiB"),
        Figure::new("memory of one without a link", measured.number("/alone_kib")?, "KiB"),
    ])
}
