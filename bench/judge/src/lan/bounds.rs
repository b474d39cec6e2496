//! The figures of each row, with the bounds that they should reach.

use anyhow::{Context, Result};
use nws_report::lan::{
    Backbone, BackboneRun, Bulk, BulkRun, Faults, Idle, Join, Latency, Matching, Measured, Meet, Padding,
    Pipe, PipeRun, Report, SideCost, Throughput,
};

use super::growth;
use super::noise::{Noise, Share};
use super::pairs::Pairs;
use crate::figure::Figure;
use crate::load::metric::Metric;
use crate::statistics::median;

/// Makes the figures. `max_other` is the share of a core that other programs may use.
pub(super) fn figures(report: &Report, max_other: f64) -> Result<Vec<Figure>> {
    let noise = Noise { share: report.other_share, max: max_other };
    match &report.measured {
        Measured::Meet(row) => meet(row, noise),
        Measured::Join(row) => join(row, noise),
        Measured::Latency(row) => latency(row, max_other),
        Measured::Throughput(row) => throughput(row, max_other),
        Measured::Faults(row) => faults(row, noise),
        Measured::Matching(row) => matching(row, noise),
        Measured::Bulk(row) => bulk(row, noise),
        Measured::Pipe(row) => pipe(row, noise),
        Measured::Idle(row) => idle(row, noise),
        Measured::Backbone(row) => backbone(row, noise),
        Measured::Growth(row) => Ok(growth::figures(row)),
    }
}

fn meet(row: &Meet, noise: Noise) -> Result<Vec<Figure>> {
    let (fresh, running) = ("two fresh proxies, start to connect", "a fresh proxy meets a running one");
    Ok(vec![
        noise.time(fresh, &row.fresh, Share::P50)?,
        noise.time(fresh, &row.fresh, Share::P95)?.at_most(1500.0),
        noise.time(running, &row.running, Share::P50)?,
        noise.time(running, &row.running, Share::P95)?.at_most(500.0),
    ])
}

fn join(row: &Join, noise: Noise) -> Result<Vec<Figure>> {
    let (at_once, in_turn) =
        ("joined on a live link, both at once", "joined on a live link, one after the other");
    Ok(vec![
        noise.time(at_once, &row.at_once, Share::P50)?.at_most(5.0),
        noise.time(at_once, &row.at_once, Share::P99)?.at_most(20.0),
        noise.time(in_turn, &row.in_turn, Share::P50)?.at_most(5.0),
        noise.time(in_turn, &row.in_turn, Share::P99)?.at_most(20.0),
    ])
}

fn latency(row: &Latency, max_other: f64) -> Result<Vec<Figure>> {
    let pairs = Pairs::of(&row.runs, max_other)?;
    let mut figures = Vec::new();
    for metric in [Metric::P50, Metric::P99] {
        let (compared, share) = (pairs.compare(metric)?, metric.title());
        figures.push(Figure::new(format!("latency, one proxy, {share}"), compared.same, "µs"));
        figures.push(Figure::new(format!("latency, two proxies, {share}"), compared.across, "µs"));
        let ratio = Figure::new(format!("latency, two proxies by one, {share}"), compared.ratio, "×");
        let ratio = ratio.note(pairs.note());
        figures.push(if metric == Metric::P50 { ratio.at_most(2.5) } else { ratio });
    }
    Ok(figures)
}

fn throughput(row: &Throughput, max_other: f64) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for load in &row.loads {
        let what = format!("{} bytes to {}", load.bytes, load.receivers);
        let pairs = Pairs::of(&load.runs, max_other)?;
        let compared = pairs.compare(Metric::Rate)?;
        figures.push(Figure::new(format!("{what}, one proxy"), compared.same, "/s"));
        figures.push(Figure::new(format!("{what}, two proxies"), compared.across, "/s"));
        let least = match (load.receivers, load.bytes) {
            (1, 64) => 0.5,
            (1, _) => 0.6,
            _ => 0.8,
        };
        let ratio = Figure::new(format!("{what}, two proxies by one"), compared.ratio, "×").at_least(least);
        figures.push(ratio.note(pairs.note()));
    }
    Ok(figures)
}

fn faults(row: &Faults, noise: Noise) -> Result<Vec<Figure>> {
    Ok(vec![
        noise.time("kill -9 to disconnect", &row.kill, Share::Longest)?.at_most(1000.0),
        noise.time("silent partition to disconnect", &row.partition, Share::Longest)?.at_most(15_000.0),
        noise.time("heal to connect", &row.heal, Share::P50)?,
        noise.time("heal to connect", &row.heal, Share::Longest)?.at_most(5000.0),
    ])
}

fn matching(row: &Matching, noise: Noise) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for size in &row.sizes {
        // Both sides together.
        let of = |cost: fn(&SideCost) -> f64| {
            median(size.runs.iter().map(|run| run.iter().map(cost).sum())).context("no runs")
        };
        let what = format!("matching, {} channels a side", size.channels);
        let cpu = of(|side| side.work_ms + side.session_ms)? / 2.0;
        let cpu = Figure::new(format!("{what}, CPU of each"), cpu, "ms").note(noise.note(""));
        figures.push(cpu.details(size));
        let session = of(|side| side.session_ms)? / 2.0;
        figures.push(Figure::new(format!("{what}, of that beside the sockets"), session, "ms"));
        let bytes = of(|side| side.bytes as f64)?;
        figures.push(Figure::new(format!("{what}, frames of both"), bytes / 1000.0, "KB"));
    }
    figures.push(padding(&row.padding));
    Ok(figures)
}

/// How well the time of matching distinguishes 513 channels from 1,020.
fn padding(padding: &Padding) -> Figure {
    let [few, many] = padding.us;
    let ratio = Figure::new("matching, tags: 1,020 channels against 513", many / few, "times");
    ratio.at_most(1.05).details(padding)
}

fn bulk(row: &Bulk, noise: Noise) -> Result<Vec<Figure>> {
    type Way = fn(&BulkRun) -> f64;
    let rate = |way: Way| median(row.runs.iter().map(way)).context("no runs");
    let ratio = |way: Way| median(row.runs.iter().map(|run| way(run) / run.relay)).context("no runs");
    let mut figures = vec![
        Figure::new("200 MiB to one peer", rate(|run| run.message)?, "MiB/s"),
        Figure::new("200 MiB by broadcast", rate(|run| run.broadcast)?, "MiB/s"),
        Figure::new("200 MiB by a bare relay over TLS", rate(|run| run.relay)?, "MiB/s"),
        Figure::new("200 MiB by a bare TLS copy", rate(|run| run.tls)?, "MiB/s"),
        Figure::new("200 MiB by bare TLS that reads ahead", rate(|run| run.tls_read_ahead)?, "MiB/s"),
        Figure::new("200 MiB by a bare TCP copy", rate(|run| run.tcp)?, "MiB/s"),
        Figure::new("200 MiB to one peer on the same machine", rate(|run| run.same)?, "MiB/s"),
    ];
    figures.extend(row.iperf3.map(|iperf| Figure::new("200 MiB by iperf3", iperf, "MiB/s")));
    let by_relay = |what: &str, way: Way| {
        let figure = Figure::new(format!("{what} by a bare relay"), ratio(way)?, "×").at_least(0.8);
        anyhow::Ok(figure.note(noise.note(&format!("{} runs", row.runs.len()))))
    };
    figures.push(by_relay("to one peer", |run| run.message)?);
    figures.push(by_relay("by broadcast", |run| run.broadcast)?);
    Ok(figures)
}

/// MiB that each end of a pipe may use at most, whatever goes through it.
const PIPE_MEMORY: f64 = 64.0;

fn pipe(row: &Pipe, noise: Noise) -> Result<Vec<Figure>> {
    let of = |value: fn(&PipeRun) -> f64| median(row.runs.iter().map(value)).context("no runs");
    let most = |value: fn(&PipeRun) -> f64| row.runs.iter().map(value).fold(0.0, f64::max);
    let what = format!("{} MiB by pipe", row.mib);
    let ratio =
        Figure::new(format!("{what}, by messages to one peer"), of(|run| run.pipe / run.message)?, "×");
    Ok(vec![
        Figure::new(format!("{what}, nws send to nws listen"), of(|run| run.pipe)?, "MiB/s"),
        ratio.at_least(0.7).note(noise.note(&format!("{} runs", row.runs.len()))),
        Figure::new("nws send, memory at most", most(|run| run.sender_mib), "MiB").at_most(PIPE_MEMORY),
        Figure::new("nws listen, memory at most", most(|run| run.listener_mib), "MiB").at_most(PIPE_MEMORY),
    ])
}

fn idle(row: &Idle, noise: Noise) -> Result<Vec<Figure>> {
    let server = row.run.cpu.server_s.context("no CPU time of the proxies")?;
    let cpu = server / row.run.measured_s * 100.0;
    let switches = row.run.switches_per_s.context("no context switches of the proxies")?;
    let [one, two] = row.linked_kib;
    Ok(vec![
        Figure::new("two linked proxies, nobody speaks, CPU of both", cpu, "%").note(noise.note("")),
        Figure::new("the same, context switches of both", switches, "/s"),
        Figure::new("memory of a linked proxy", f64::midpoint(one, two), "KiB"),
        Figure::new("memory of one without a link", row.alone_kib, "KiB"),
    ])
}

/// The names are those of a table of their own, apart from other rows.
fn backbone(row: &Backbone, noise: Noise) -> Result<Vec<Figure>> {
    let of = |value: fn(&BackboneRun) -> f64| median(row.runs.iter().map(value)).context("no runs");
    let note = noise.note(&format!("{} runs", row.runs.len()));
    let over = of(|run| run.round_trip_ms - run.broker_round_trip_ms)?;
    let bulk = of(|run| run.bulk / run.bare_bulk)?;
    let small = of(|run| run.small / run.direct_small)?;
    let crowd = &row.crowd;
    let what = format!("{} sites × {} channels", crowd.sites, crowd.channels);
    let figure = |name: &str, value: f64, unit: &'static str| {
        Figure::new(format!("{what}, {name}"), value, unit).note(noise.note(""))
    };
    Ok(vec![
        Figure::new("round trip of 64 bytes, p50", of(|run| run.round_trip_ms)?, "ms"),
        Figure::new("the same between bare clients of the broker", of(|run| run.broker_round_trip_ms)?, "ms"),
        Figure::new("round trip over that of the broker", over, "ms").at_most(1.0).note(note.clone()),
        Figure::new("bulk to one peer", of(|run| run.bulk)?, "MiB/s"),
        Figure::new("bulk by bare TLS through the broker", of(|run| run.bare_bulk)?, "MiB/s"),
        Figure::new("bulk by bare TLS", bulk, "×").at_least(0.6).note(note.clone()),
        Figure::new("4 KiB to one peer", of(|run| run.small)?, "/s"),
        Figure::new("4 KiB to one peer over a direct link", of(|run| run.direct_small)?, "/s"),
        Figure::new("4 KiB by a direct link", small, "×").at_least(0.5).note(note),
        figure("cold, all matched", crowd.matched_s, "s").at_most(30.0),
        figure("most memory of the broker", crowd.broker_kib / 1024.0, "MiB").at_most(64.0),
        figure("nobody speaks, CPU of a proxy", crowd.idle_share * 100.0, "%").at_most(1.0),
        figure("nobody speaks, CPU of the broker", crowd.broker_idle_share * 100.0, "%"),
        figure("no broker, CPU of a proxy", crowd.lost_share * 100.0, "%").at_most(1.0),
        figure("a broker again, until peers are back", crowd.back_s, "s").at_most(5.0),
    ])
}
