//! Measures how the cost of a delivery grows, along one axis at a time: nws alone, with texts of 64
//! bytes unless an axis says otherwise.

mod axis;

use anyhow::{Context, Result, bail};
use nws_report::load::Report;
use serde::Serialize;

use crate::figure::Figure;
use crate::kept;
use crate::load::contenders::Programs;
use crate::load::metric::Metric;
use crate::load::run::Run;
use crate::load::server::Server;
use crate::load::trial::Trial;
use crate::load::{self, Amount};
use crate::table::{align, number};
use axis::{Axis, Point};

/// The cost that is measured along an axis.
const COST: Metric = Metric::Cpu;

/// A value of a report, if it has one.
type Cell = fn(&Report) -> Option<f64>;

/// The columns of a table, each with its title.
const COLUMNS: [(&str, Cell); 6] = [
    ("CPU-s per million", |report| COST.of(report)),
    ("deliveries/s", |report| Metric::Rate.of(report)),
    ("p50, µs", |report| Metric::P50.of(report)),
    ("p99, µs", |report| Metric::P99.of(report)),
    ("KiB per connection", |report| Metric::Memory.of(report)),
    ("CPU-s of others", |report| Some(report.cpu.others_s)),
];

/// The runs of an axis, as they are written to a file.
#[derive(Serialize)]
struct Kept {
    axis: &'static str,
    runs: Vec<Run>,
}

/// The cost of a delivery at one point.
#[derive(Serialize)]
struct Cost<'a> {
    point: &'a str,
    cpu_s_per_million: f64,
}

/// Runs every point of every axis once, and prints a table for each axis. A figure says how the
/// cost grows along the axis.
pub(super) fn measure(amount: &Amount) -> Result<Vec<Figure>> {
    load::build()?;
    let (mut tables, mut kept, mut figures) = (Vec::new(), Vec::new(), Vec::new());
    let mut failed = Vec::new();
    for axis in axis::all() {
        let runs = along(&axis, amount)?;
        tables.push(table(&axis, &runs));
        figures.extend(growth(&axis, &runs));
        failed.extend(failures(&axis, &runs));
        kept.push(Kept { axis: axis.title, runs });
    }
    kept::write("scaling.runs.json", &kept)?;
    println!("\n{}", tables.join("\n"));
    if !failed.is_empty() {
        bail!("{}", failed.join("\n       "));
    }
    Ok(figures)
}

fn along(axis: &Axis, amount: &Amount) -> Result<Vec<Run>> {
    let mut runs = Vec::new();
    for point in &axis.points {
        let run = one(point, amount).with_context(|| format!("{}, {}", axis.title, point.label))?;
        println!("{}", run.line());
        runs.push(run);
    }
    Ok(runs)
}

fn one(point: &Point, amount: &Amount) -> Result<Run> {
    let trial = Trial {
        workload: &point.label,
        server: Server::Nws,
        programs: &Programs::default(),
        cores: point.cores.as_deref(),
        words: &point.words,
        is_binary: false,
        secs: amount.secs(load::SECS),
        max_other: amount.max_other,
    };
    trial.measure()
}

fn table(axis: &Axis, runs: &[Run]) -> String {
    let head = [axis.unit].into_iter().chain(COLUMNS.map(|(title, _)| title)).map(str::to_owned).collect();
    let rows = runs.iter().map(|run| {
        let cells = COLUMNS.map(|(_, cell)| cell(&run.report).map_or_else(String::new, number));
        [run.workload.clone()].into_iter().chain(cells).chain([run.marks()]).collect()
    });
    let rows: Vec<Vec<String>> = [head].into_iter().chain(rows).collect();
    format!("{}\n{}", axis.title, align(&rows))
}

fn failures(axis: &Axis, runs: &[Run]) -> Vec<String> {
    let failed = runs.iter().filter(|run| !run.report.ok);
    failed.map(|run| format!("{}, {:?}: {:?}", axis.title, run.workload, run.report.failures)).collect()
}

/// The cost at the last point, divided by the cost at the first point that has one.
fn growth(axis: &Axis, runs: &[Run]) -> Option<Figure> {
    let cost = |run: &Run| COST.of(&run.report).filter(|cost| *cost > 0.0);
    let costs: Vec<_> = runs
        .iter()
        .filter_map(|run| Some(Cost { point: &run.workload, cpu_s_per_million: cost(run)? }))
        .collect();
    let (first, last) = (costs.first()?, costs.last()?);
    let what = format!("CPU of a delivery, {} {} by {}", last.point, axis.unit, first.point);
    Some(Figure::new(what, last.cpu_s_per_million / first.cpu_s_per_million, "×").details(&costs))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::load::sample;

    fn axis() -> Axis {
        Axis { title: "peers in one channel", unit: "peers", points: Vec::new() }
    }

    fn run(point: &str, ok: bool, cost: Option<f64>) -> Run {
        let failures = vec!["lost".to_owned()];
        let report = Report { ok, failures, cpu_s_per_million: cost, ..sample::report() };
        Run::new(point, Server::Nws, report, 0.07)
    }

    #[test]
    fn a_run_that_is_not_ok_is_a_failure() {
        let runs = [run("2", true, None), run("5", false, None)];
        assert_eq!(failures(&axis(), &runs), [r#"peers in one channel, "5": ["lost"]"#]);
    }

    #[test]
    fn growth_is_from_end_to_end() {
        let runs = [run("1", true, None), run("2", true, Some(2.0)), run("5", true, Some(3.0))];
        let figure = json!(growth(&axis(), &runs).unwrap());
        assert_eq!(
            (&figure["what"], &figure["measured"]),
            (&json!("CPU of a delivery, 5 peers by 2"), &json!(1.5))
        );
        assert!(growth(&axis(), &runs[..1]).is_none());
    }

    #[test]
    fn noisy_runs_are_marked() {
        let noisy = Run { noisy: Some(true), other_share: Some(0.2), ..run("2", true, Some(2.0)) };
        assert!(table(&axis(), &[noisy]).contains("noisy: 0.2"));
    }
}
