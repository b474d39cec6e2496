//! Reports as text for people.

use serde_json::Value;

use super::Outcome;
use super::goal::Metric;
use super::saturation::Saturation;
use super::server::Server;
use super::statistics::{Spread, Summary};
use crate::bench::figure;

/// One line while a bench is under way.
pub(in crate::bench) fn progress(report: &Value) -> String {
    let value = |metric: Metric| report.pointer(metric.pointer()).and_then(Value::as_f64);
    let shown = [
        (Metric::Rate, "deliveries/s"),
        (Metric::Cpu, "CPU-s per million"),
        (Metric::P99, "µs p99"),
        (Metric::Setup, "s set-up"),
        (Metric::Memory, "KiB per connection"),
    ];
    let shown = shown.iter().filter_map(|(metric, unit)| Some(format!("{} {unit}", number(value(*metric)?))));
    let name = |key: &str| report[key].as_str().unwrap_or_default().to_owned();
    let shown = shown.collect::<Vec<_>>().join(", ");
    format!("{:12} {:6} {shown}  {}", name("workload"), name("server"), marks(report)).trim_end().to_owned()
}

/// Why a run counts less than others, or not at all.
pub(in crate::bench) fn marks(report: &Value) -> String {
    let marks = [
        (report["noisy"] == true).then(|| format!("noisy: {}", report["other_share"])),
        report["generator_bound"].as_str().map(|how| format!("generator-bound: {how}")),
        (report["ok"] != true).then(|| format!("NOT OK: {}", report["failures"])),
    ];
    marks.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Medians and spreads of all servers, and nws by the two that it is measured by.
pub(super) fn workloads(outcomes: &[Outcome]) -> String {
    outcomes.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// Columns of equal width, the first to the left.
pub(in crate::bench) fn align(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, width))| match at {
            0 => format!("  {cell:width$}"),
            _ => format!("{cell:>width$}"),
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

fn one(outcome: &Outcome) -> String {
    let metrics: &[(Metric, &str)] = if outcome.workload.is_about_joining() {
        &[(Metric::Setup, "set-up, s"), (Metric::Memory, "KiB per connection")]
    } else {
        &[
            (Metric::Rate, "deliveries/s"),
            (Metric::Cpu, "CPU-s per million"),
            (Metric::P50, "p50, µs"),
            (Metric::P99, "p99, µs"),
        ]
    };
    let head = ["".to_owned()].into_iter().chain(metrics.iter().map(|(_, title)| (*title).to_owned()));
    let mut rows = vec![head.chain(["good runs".to_owned()]).collect::<Vec<_>>()];
    rows.extend(outcome.servers.iter().map(|(server, summary)| row(server.name(), summary, metrics)));
    for (rival, title) in [(Server::Bun, "nws by bun"), (Server::Floor, "nws by floor")] {
        rows.extend(ratios(outcome, rival, title, metrics));
    }
    format!("{}: {}\n{}", outcome.workload.name, outcome.workload.what, align(&rows))
}

fn row(name: &str, summary: &Summary, metrics: &[(Metric, &str)]) -> Vec<String> {
    let cells = metrics.iter().map(|(metric, _)| summary.of(*metric).map_or_else(String::new, spread));
    [name.to_owned()].into_iter().chain(cells).chain([trust(summary)]).collect()
}

fn trust(summary: &Summary) -> String {
    let Summary { runs, good, quiet, ref generator_bound, .. } = *summary;
    let quiet = if quiet < good { format!(", {quiet} quiet") } else { String::new() };
    let bound = [Saturation::Busy, Saturation::Late].map(|how| {
        let count = generator_bound.iter().filter(|other| **other == how).count();
        if count > 0 { format!(", {count} generator-bound: {}", how.word()) } else { String::new() }
    });
    format!("{good} of {runs}{quiet}{}", bound.concat())
}

fn spread(spread: Spread) -> String {
    let Spread { median, least, most } = spread;
    if least.to_bits() == most.to_bits() {
        return number(median);
    }
    format!("{} ({} to {})", number(median), number(least), number(most))
}

fn ratios(outcome: &Outcome, rival: Server, title: &str, metrics: &[(Metric, &str)]) -> Option<Vec<String>> {
    let (ours, rival) = (outcome.of(Server::Nws)?, outcome.of(rival)?);
    let ratio = |metric: Metric| Some(ours.of(metric)?.median / rival.of(metric)?.median);
    let cells = metrics
        .iter()
        .map(|(metric, _)| ratio(*metric).map_or_else(String::new, |ratio| format!("× {ratio:.2}")));
    Some([title.to_owned()].into_iter().chain(cells).collect())
}

/// Seconds and their likes have digits that count behind the second too.
pub(in crate::bench) fn number(value: f64) -> String {
    if value.abs() < 1.0 { format!("{value:.3}") } else { figure::number(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_that_count_less_are_marked() {
        let report = serde_json::json!({
            "ok": false, "failures": ["lost"], "noisy": true, "other_share": 0.2, "generator_bound": "late",
        });
        assert_eq!(marks(&report), r#"noisy: 0.2, generator-bound: late, NOT OK: ["lost"]"#);
        assert_eq!(marks(&serde_json::json!({"ok": true, "noisy": false})), "");
    }

    #[test]
    fn columns_are_aligned() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        assert_eq!(align(&[row(["a", "µs"]), row(["bb", "1"])]), "  a   µs\n  bb   1\n");
    }
}
