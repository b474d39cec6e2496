//! Compares the whole grid with its goals.

use super::outcome::Outcome;
use super::ratio::Ratio;
use crate::figure::Figure;
use crate::load::metric::Metric;
use crate::load::server::Server;
use crate::statistics::Spread;

/// A worse cell needs more CPU time than Bun, beyond doubt.
const WORSE: f64 = 1.0;

/// The goals of a metric by a rival: of the worst cell, and of the median of all.
struct Goal {
    rival: Server,
    metric: Metric,
    worst: Option<f64>,
    median: Option<f64>,
}

const GOALS: [Goal; 6] = [
    // Whether the worst one is too bad is a question of its interval.
    Goal { rival: Server::Bun, metric: Metric::Cpu, worst: None, median: Some(0.75) },
    Goal { rival: Server::Bun, metric: Metric::Rate, worst: Some(0.95), median: Some(1.25) },
    Goal { rival: Server::Floor, metric: Metric::Cpu, worst: Some(1.5), median: Some(1.2) },
    Goal { rival: Server::Floor, metric: Metric::Rate, worst: None, median: None },
    Goal { rival: Server::Against, metric: Metric::Cpu, worst: None, median: None },
    Goal { rival: Server::Against, metric: Metric::Rate, worst: None, median: None },
];

/// The verdicts on all goals whose two sides were run.
pub(super) fn figures(outcomes: &[Outcome]) -> Vec<Figure> {
    let goals = GOALS.iter().flat_map(|goal| goal.figures(outcomes));
    [Server::Bun, Server::Against]
        .into_iter()
        .filter_map(|rival| worse(outcomes, rival))
        .chain(goals)
        .collect()
}

/// The number of cells in which nws needs more CPU time than a rival, beyond doubt.
fn worse(outcomes: &[Outcome], rival: Server) -> Option<Figure> {
    let ratios: Vec<(&Outcome, Ratio)> = ratios(outcomes, rival, Metric::Cpu);
    let worse: Vec<&str> = ratios
        .iter()
        .filter(|(_, ratio)| ratio.is_surely_above(WORSE))
        .map(|(outcome, _)| outcome.name.as_str())
        .collect();
    let what = format!("grid, cells with more CPU than {}", rival.name());
    let figure = Figure::new(what, worse.len() as f64, "cells").at_most(0.0).details(&worse);
    (!ratios.is_empty()).then(|| figure.note(format!("of {}", ratios.len())))
}

impl Goal {
    fn figures(&self, outcomes: &[Outcome]) -> Vec<Figure> {
        let ratios = ratios(outcomes, self.rival, self.metric);
        let Some(spread) = Spread::of(ratios.iter().map(|(_, ratio)| ratio.value)) else { return Vec::new() };
        let is_cost = self.metric == Metric::Cpu;
        let worst = if is_cost { spread.most } else { spread.least };
        let of = |which: &str, value: f64, bound: Option<f64>| {
            let what = format!("grid, {} by {}, {which}", self.metric.title(), self.rival.name());
            let figure = Figure::new(what, value, "×").details(&spread);
            match bound {
                Some(bound) if is_cost => figure.at_most(bound),
                Some(bound) => figure.at_least(bound),
                None => figure,
            }
        };
        vec![
            of("worst", worst, self.worst).note(name_of(&ratios, worst)),
            of("median", spread.median, self.median).note(self.trust(&ratios)),
        ]
    }

    /// Says how far the median can be trusted.
    fn trust(&self, ratios: &[(&Outcome, Ratio)]) -> String {
        let count = |is: fn(&Outcome) -> bool| ratios.iter().filter(|(outcome, _)| is(outcome)).count();
        let quiet = count(|outcome| !outcome.is_noisy);
        let bound = count(|outcome| outcome.is_generator_bound);
        let bound = if self.metric == Metric::Rate && bound > 0 {
            format!("; {bound} generator-bound")
        } else {
            String::new()
        };
        format!("{quiet} of {} quiet{bound}", ratios.len())
    }
}

fn ratios(outcomes: &[Outcome], rival: Server, metric: Metric) -> Vec<(&Outcome, Ratio)> {
    outcomes.iter().filter_map(|outcome| Some((outcome, outcome.ratio(rival, metric)?))).collect()
}

fn name_of(ratios: &[(&Outcome, Ratio)], value: f64) -> String {
    let found = ratios.iter().find(|(_, ratio)| ratio.value.to_bits() == value.to_bits());
    found.map_or_else(String::new, |(outcome, _)| outcome.name.clone())
}

#[cfg(test)]
mod tests {
    use super::super::outcome::tests::by_bun;
    use super::*;
    use crate::figure::table;

    #[test]
    fn goals_are_judged_by_the_worst_and_the_median() {
        let table = table(&figures(&[by_bun(0.5, 0.9), by_bun(0.7, 1.4), by_bun(1.5, 1.6)]));
        let lines: Vec<String> =
            table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines.len(), 5, "{table}");
        assert!(lines[0].ends_with("0.00 cells at most 0.00 cells: reached (of 3)"), "{}", lines[0]);
        assert!(lines[1].starts_with("grid, CPU by bun, worst 1.50 × ("), "{}", lines[1]);
        assert!(lines[2].ends_with("0.70 × at most 0.75 ×: reached (3 of 3 quiet)"), "{}", lines[2]);
        assert!(lines[3].contains("0.90 × at least 0.95 ×: missed ("), "{}", lines[3]);
        assert!(lines[4].ends_with("1.40 × at least 1.25 ×: reached (3 of 3 quiet)"), "{}", lines[4]);
    }

    #[test]
    fn a_cell_is_worse_when_its_interval_is() {
        let with = |interval| {
            let mut outcome = by_bun(1.2, 1.0);
            outcome.comparisons[0].ratio.interval = Some(interval);
            outcome
        };
        let table = table(&figures(&[with([0.9, 1.5]), with([1.1, 1.3])]));
        assert!(table.lines().next().unwrap().contains("1.00 cells  at most 0.00 cells: missed"), "{table}");
    }
}
