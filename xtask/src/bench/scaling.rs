//! How the cost of a delivery grows, one thing at a time: nws alone, texts of 64 bytes where nothing else is said.

mod axis;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::figure::Figure;
use super::workloads::run::Run;
use super::workloads::server::Server;
use super::workloads::{self, Options, table};
use axis::{Axis, Point};

/// What grows along an axis.
const COST: &str = "/cpu_s_per_million";
/// Where a report has what the table shows.
const COLUMNS: [(&str, &str); 6] = [
    ("CPU-s per million", COST),
    ("deliveries/s", "/deliveries_per_s"),
    ("p50, µs", "/latency_us/p50"),
    ("p99, µs", "/latency_us/p99"),
    ("KiB per connection", "/memory/kib_per_connection"),
    ("CPU-s of others", "/cpu/others_s"),
];

/// Runs every point of every axis once and prints a table for each axis; a figure says how the cost grows along it.
pub(super) fn measure(options: &Options) -> Result<Vec<Figure>> {
    workloads::build()?;
    let (mut tables, mut runs, mut figures) = (Vec::new(), Vec::new(), Vec::new());
    let mut failed = Vec::new();
    for axis in axis::all() {
        let reports = along(&axis, options)?;
        tables.push(table(&axis, &reports));
        figures.extend(growth(&axis, &reports));
        failed.extend(failures(&axis, &reports));
        runs.push(json!({"axis": axis.title, "runs": reports}));
    }
    fs::write(super::folder().join("scaling.runs.json"), serde_json::to_string_pretty(&runs)?)?;
    println!("\n{}", tables.join("\n"));
    if !failed.is_empty() {
        bail!("{}", failed.join("\n       "));
    }
    Ok(figures)
}

fn along(axis: &Axis, options: &Options) -> Result<Vec<Value>> {
    let mut reports = Vec::new();
    for point in &axis.points {
        let mut report = one(point, options).with_context(|| format!("{}, {}", axis.title, point.label))?;
        report["workload"] = json!(point.label);
        println!("{}", table::progress(&report));
        reports.push(report);
    }
    Ok(reports)
}

fn one(point: &Point, options: &Options) -> Result<Value> {
    let run = Run {
        server: Server::Nws,
        peers: Path::new(""),
        cores: point.cores.as_deref(),
        words: &point.words,
        is_binary: false,
        seconds: options.secs,
        max_other: options.max_other,
    };
    run.measure()
}

fn table(axis: &Axis, reports: &[Value]) -> String {
    let head = [axis.unit].into_iter().chain(COLUMNS.map(|(title, _)| title)).map(str::to_owned).collect();
    let rows = reports.iter().map(|report| {
        let label = report["workload"].as_str().unwrap_or_default().to_owned();
        let cells = COLUMNS.iter().map(|(_, pointer)| cell(report, pointer));
        [label].into_iter().chain(cells).chain([table::marks(report)]).collect()
    });
    let rows: Vec<Vec<String>> = [head].into_iter().chain(rows).collect();
    format!("{}\n{}", axis.title, table::align(&rows))
}

fn failures(axis: &Axis, reports: &[Value]) -> Vec<String> {
    let failed = reports.iter().filter(|report| report["ok"] != true);
    failed.map(|run| format!("{}, {}: {}", axis.title, run["workload"], run["failures"])).collect()
}

/// From the first point that has a cost to the last.
fn growth(axis: &Axis, reports: &[Value]) -> Option<Figure> {
    let cost = |report: &Value| report.pointer(COST).and_then(Value::as_f64).filter(|cost| *cost > 0.0);
    let costs = || reports.iter().filter_map(|report| Some((report, cost(report)?)));
    let ((first, from), (last, to)) = (costs().next()?, costs().next_back()?);
    let label = |report: &Value| report["workload"].as_str().unwrap_or_default().to_owned();
    let what = format!("CPU of a delivery, {} {} by {}", label(last), axis.unit, label(first));
    let points: Vec<Value> =
        costs().map(|(report, cost)| json!({"point": label(report), "cpu_s_per_million": cost})).collect();
    Some(Figure::new(what, to / from, "×").details(json!(points)))
}

fn cell(report: &Value, pointer: &str) -> String {
    report.pointer(pointer).and_then(Value::as_f64).map_or_else(String::new, table::number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis() -> Axis {
        Axis { title: "peers in one channel", unit: "peers", points: Vec::new() }
    }

    fn report(point: &str, ok: bool, cost: Option<f64>) -> Value {
        json!({"workload": point, "ok": ok, "failures": ["lost"], "cpu_s_per_million": cost})
    }

    #[test]
    fn a_run_that_is_not_ok_is_a_failure() {
        let reports = [report("2", true, None), report("5", false, None)];
        assert_eq!(failures(&axis(), &reports), [r#"peers in one channel, "5": ["lost"]"#]);
    }

    #[test]
    fn growth_is_from_end_to_end() {
        let reports = [report("1", true, None), report("2", true, Some(2.0)), report("5", true, Some(3.0))];
        let figure = growth(&axis(), &reports).unwrap().json();
        assert_eq!(
            (&figure["what"], &figure["measured"]),
            (&json!("CPU of a delivery, 5 peers by 2"), &json!(1.5))
        );
        assert!(growth(&axis(), &reports[..1]).is_none());
    }

    #[test]
    fn noisy_runs_are_marked() {
        let mut noisy = report("2", true, Some(2.0));
        (noisy["noisy"], noisy["other_share"]) = (json!(true), json!(0.2));
        assert!(table(&axis(), &[noisy]).contains("noisy: 0.2"));
    }
}
