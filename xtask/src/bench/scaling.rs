//! How the cost of a delivery grows, one thing at a time: nws alone, texts of 64 bytes where nothing else is said.

mod axis;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::figure::Figure;
use super::workloads::run::Run;
use super::workloads::server::Server;
use super::workloads::{self, Options, table};
use axis::{Axis, Point};

/// Where a report has what the table shows.
const COLUMNS: [(&str, &str); 6] = [
    ("CPU-s per million", "/cpu_s_per_million"),
    ("deliveries/s", "/deliveries_per_s"),
    ("p50, µs", "/latency_us/p50"),
    ("p99, µs", "/latency_us/p99"),
    ("KiB per connection", "/memory/kib_per_connection"),
    ("CPU-s of others", "/cpu/others_s"),
];

/// Runs every point of every axis once and prints a table for each axis.
pub(super) fn measure(options: &Options) -> Result<Vec<Figure>> {
    workloads::build()?;
    let (mut tables, mut runs) = (Vec::new(), Vec::new());
    for axis in axis::all() {
        let reports = along(&axis, options)?;
        tables.push(table(&axis, &reports));
        runs.push(json!({"axis": axis.title, "runs": reports}));
    }
    fs::write(super::folder().join("scaling.runs.json"), serde_json::to_string_pretty(&runs)?)?;
    println!("\n{}", tables.join("\n"));
    Ok(Vec::new())
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
        let wrong = if report["ok"] == true { None } else { Some("not ok".to_owned()) };
        [label].into_iter().chain(cells).chain(wrong).collect()
    });
    let rows: Vec<Vec<String>> = [head].into_iter().chain(rows).collect();
    format!("{}\n{}", axis.title, table::align(&rows))
}

fn cell(report: &Value, pointer: &str) -> String {
    report.pointer(pointer).and_then(Value::as_f64).map_or_else(String::new, table::number)
}
