//! Medians and spreads of the runs of one server with one workload.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::load::metric::Metric;
use crate::load::run::Run;
use crate::load::saturation::Saturation;
use crate::statistics::Spread;

/// A summary of the good runs; if any of these were quiet, only of the quiet ones.
pub(crate) struct Summary {
    values: Vec<(Metric, Spread)>,
    pub(crate) runs: usize,
    pub(crate) good: usize,
    /// Good runs that were quiet. Runs that were too short to be judged count as quiet.
    pub(crate) quiet: usize,
    /// All runs were too short to tell whether they were quiet.
    pub(crate) too_short: bool,
    /// Of the runs that count, those that also measured the load generator.
    pub(crate) generator_bound: Vec<Saturation>,
}

impl Summary {
    pub(crate) fn of_runs(runs: &[&Run]) -> Self {
        let good = only(runs, |run| run.report.ok);
        let quiet = only(&good, |run| !run.is_noisy());
        let counting = if quiet.is_empty() { &good } else { &quiet };
        let values = Metric::ALL.into_iter().filter_map(|metric| {
            let values = counting.iter().filter_map(|run| metric.of(&run.report));
            Some((metric, Spread::of(values)?))
        });
        Self {
            values: values.collect(),
            runs: runs.len(),
            good: good.len(),
            quiet: quiet.len(),
            too_short: good.iter().all(|run| run.noisy.is_none()),
            generator_bound: counting.iter().filter_map(|run| run.generator_bound).collect(),
        }
    }

    /// The median for a verdict, or the reason why there is none.
    pub(crate) fn judged(&self, metric: Metric) -> Result<f64, String> {
        if self.good * 2 <= self.runs {
            return Err(format!("{} of {} runs were good", self.good, self.runs));
        }
        let spread = self.of(metric).ok_or_else(|| format!("no run told its {}", metric.title()))?;
        Ok(spread.median)
    }

    pub(crate) fn of(&self, metric: Metric) -> Option<Spread> {
        self.values.iter().find(|(other, _)| *other == metric).map(|(_, spread)| *spread)
    }
}

/// A summary as it is written to a file. `quiet` is null if all runs were too short to tell.
#[derive(Serialize)]
struct Kept {
    runs: usize,
    good: usize,
    quiet: Option<usize>,
    generator_bound: usize,
    #[serde(flatten)]
    values: BTreeMap<&'static str, Spread>,
}

impl Serialize for Summary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let values = self.values.iter().map(|(metric, spread)| (metric.key(), *spread));
        let kept = Kept {
            runs: self.runs,
            good: self.good,
            quiet: (!self.too_short).then_some(self.quiet),
            generator_bound: self.generator_bound.len(),
            values: values.collect(),
        };
        kept.serialize(serializer)
    }
}

fn only<'a>(runs: &[&'a Run], wanted: impl Fn(&Run) -> bool) -> Vec<&'a Run> {
    runs.iter().copied().filter(|run| wanted(run)).collect()
}

#[cfg(test)]
mod tests {
    use nws_report::load::{Cpu, Report};

    use super::*;
    use crate::load::sample;
    use crate::load::server::Server;

    fn run(ok: bool, noisy: bool, rate: f64) -> Run {
        let generator_s = if noisy { 4.0 } else { 1.0 };
        let report = Report {
            ok,
            deliveries_per_s: Some(rate),
            cpu_s_per_million: None,
            cpu: Cpu { generator_s, ..Cpu::default() },
            ..sample::report()
        };
        Run { noisy: Some(noisy), ..Run::new("b10w1", Server::Nws, report, 0.07) }
    }

    fn summary(runs: &[Run]) -> Summary {
        Summary::of_runs(&runs.iter().collect::<Vec<_>>())
    }

    #[test]
    fn medians_are_of_good_runs() {
        let run = |ok, rate| run(ok, true, rate);
        let runs = [run(true, 1.0), run(true, 4.0), run(false, 100.0), run(true, 2.0), run(true, 9.0)];
        let summary = summary(&runs);
        assert_eq!(summary.of(Metric::Rate), Some(Spread { median: 3.0, least: 1.0, most: 9.0 }));
        assert_eq!(summary.of(Metric::Cpu), None);
        assert_eq!((summary.quiet, summary.good, summary.runs), (0, 4, 5));
    }

    #[test]
    fn noisy_runs_count_only_where_none_was_quiet() {
        let run = |noisy, rate| run(true, noisy, rate);
        let summary = summary(&[run(true, 90.0), run(false, 1.0), run(false, 3.0), run(true, 80.0)]);
        assert_eq!(summary.of(Metric::Rate), Some(Spread { median: 2.0, least: 1.0, most: 3.0 }));
        assert_eq!((summary.quiet, summary.good, summary.generator_bound.len()), (2, 4, 0));
    }

    #[test]
    fn a_verdict_rests_on_most_runs() {
        let run = |ok| run(ok, false, 5.0);
        let judged = |runs: &[Run]| summary(runs).judged(Metric::Rate);
        assert_eq!(judged(&[run(true), run(true), run(false)]), Ok(5.0));
        assert_eq!(judged(&[run(true), run(false)]), Err("1 of 2 runs were good".to_owned()));
        assert!(judged(&[]).is_err());
    }

    #[test]
    fn a_summary_is_kept_with_the_names_of_its_metrics() {
        let kept = serde_json::to_value(summary(&[run(true, false, 5.0)])).unwrap();
        assert_eq!((&kept["quiet"], &kept["generator_bound"]), (&1.into(), &0.into()));
        assert_eq!(kept["deliveries_per_s"]["median"], 5.0);
    }
}
