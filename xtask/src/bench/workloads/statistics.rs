//! Medians and spreads of the runs of one server under one workload.

use serde_json::{Value, json};

use super::goal::Metric;
use super::saturation::Saturation;

/// Of the runs that went well; when any of these were quiet, of those alone.
pub(crate) struct Summary {
    values: Vec<(Metric, Spread)>,
    pub(crate) runs: usize,
    pub(crate) good: usize,
    /// Of the good ones; those that were too short to be judged are taken for quiet.
    pub(crate) quiet: usize,
    /// None was long enough to tell whether it was quiet.
    pub(crate) too_short: bool,
    /// Those of the runs that count which measured the load generator too.
    pub(crate) generator_bound: Vec<Saturation>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Summary {
    /// `runs` are reports of the load generator.
    pub(crate) fn of_runs(runs: &[&Value]) -> Self {
        let good = only(runs, |run| run["ok"] == true);
        let quiet = only(&good, |run| run["noisy"] != true);
        let counting = if quiet.is_empty() { &good } else { &quiet };
        let values = Metric::ALL.into_iter().filter_map(|metric| {
            let values = counting.iter().filter_map(|run| run.pointer(metric.pointer())?.as_f64());
            Some((metric, Spread::of(values.collect())?))
        });
        Self {
            values: values.collect(),
            runs: runs.len(),
            good: good.len(),
            quiet: quiet.len(),
            too_short: good.iter().all(|run| run["noisy"].is_null()),
            generator_bound: counting.iter().filter_map(|run| Saturation::of(run)).collect(),
        }
    }

    /// The median that a verdict may rest on, or why there is none.
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

    pub(crate) fn json(&self) -> Value {
        let quiet = (!self.too_short).then_some(self.quiet);
        let generator_bound = self.generator_bound.len();
        let mut json = json!({
            "runs": self.runs, "good": self.good, "quiet": quiet, "generator_bound": generator_bound,
        });
        for (metric, Spread { median, least, most }) in &self.values {
            let name = metric.pointer().trim_start_matches('/').replace('/', "_");
            json[name] = json!({"median": median, "least": least, "most": most});
        }
        json
    }
}

fn only<'a>(runs: &[&'a Value], wanted: impl Fn(&Value) -> bool) -> Vec<&'a Value> {
    runs.iter().copied().filter(|run| wanted(run)).collect()
}

impl Spread {
    fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let (least, most) = (*values.first()?, *values.last()?);
        let upper = values.len() / 2;
        let lower = (values.len() - 1) / 2;
        Some(Self { median: f64::midpoint(values[lower], values[upper]), least, most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_are_of_good_runs() {
        let run = |ok: bool, rate: f64| json!({"ok": ok, "noisy": true, "deliveries_per_s": rate});
        let runs = [run(true, 1.0), run(true, 4.0), run(false, 100.0), run(true, 2.0), run(true, 9.0)];
        let summary = Summary::of_runs(&runs.iter().collect::<Vec<_>>());
        assert_eq!(summary.of(Metric::Rate), Some(Spread { median: 3.0, least: 1.0, most: 9.0 }));
        assert_eq!(summary.of(Metric::Cpu), None);
        assert_eq!((summary.quiet, summary.good, summary.runs), (0, 4, 5));
    }

    #[test]
    fn noisy_runs_count_only_where_none_was_quiet() {
        let run = |noisy: bool, rate: f64| {
            let generator = if noisy { 4.0 } else { 1.0 };
            json!({
                "ok": true, "noisy": noisy, "measured_s": 4.0, "cpu": {"generator_s": generator},
                "deliveries_per_s": rate,
            })
        };
        let runs = [run(true, 90.0), run(false, 1.0), run(false, 3.0), run(true, 80.0)];
        let summary = Summary::of_runs(&runs.iter().collect::<Vec<_>>());
        assert_eq!(summary.of(Metric::Rate), Some(Spread { median: 2.0, least: 1.0, most: 3.0 }));
        assert_eq!((summary.quiet, summary.good, summary.generator_bound.len()), (2, 4, 0));
    }

    #[test]
    fn a_verdict_rests_on_most_runs() {
        let run = |ok: bool| json!({"ok": ok, "deliveries_per_s": 5.0});
        let judged = |runs: &[Value]| Summary::of_runs(&runs.iter().collect::<Vec<_>>()).judged(Metric::Rate);
        assert_eq!(judged(&[run(true), run(true), run(false)]), Ok(5.0));
        assert_eq!(judged(&[run(true), run(false)]), Err("1 of 2 runs were good".to_owned()));
        assert!(judged(&[]).is_err());
    }
}
