//! Formats the results of the workloads as text.

use super::outcome::Outcome;
use super::summary::Summary;
use crate::load::metric::Metric;
use crate::load::saturation::Saturation;
use crate::load::server::Server;
use crate::statistics::Spread;
use crate::table::{align, number};

/// Medians and spreads of all servers, and nws divided by its two rivals.
pub(super) fn workloads(outcomes: &[Outcome]) -> String {
    outcomes.iter().map(one).collect::<Vec<_>>().join("\n")
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
    for (rival, title) in
        [(Server::Bun, "nws by bun"), (Server::Floor, "nws by floor"), (Server::Against, "nws by nws-b")]
    {
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
