//! Medians and spreads of the runs of one server under one workload.

use serde_json::{Value, json};

use super::goal::Metric;

/// Of the runs that went well.
pub(crate) struct Summary {
    values: Vec<(Metric, Spread)>,
    pub(crate) good: usize,
    pub(crate) noisy: usize,
    pub(crate) runs: usize,
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
        let good: Vec<&Value> = runs.iter().copied().filter(|run| run["ok"] == true).collect();
        let values = Metric::ALL.into_iter().filter_map(|metric| {
            let values = good.iter().filter_map(|run| run.pointer(metric.pointer())?.as_f64());
            Some((metric, Spread::of(values.collect())?))
        });
        let noisy = runs.iter().filter(|run| run["noisy"] == true).count();
        Self { values: values.collect(), good: good.len(), noisy, runs: runs.len() }
    }

    pub(crate) fn of(&self, metric: Metric) -> Option<Spread> {
        self.values.iter().find(|(other, _)| *other == metric).map(|(_, spread)| *spread)
    }

    pub(crate) fn json(&self) -> Value {
        let mut json = json!({"runs": self.runs, "good": self.good, "noisy": self.noisy});
        for (metric, Spread { median, least, most }) in &self.values {
            let name = metric.pointer().trim_start_matches('/').replace('/', "_");
            json[name] = json!({"median": median, "least": least, "most": most});
        }
        json
    }
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
        assert_eq!((summary.good, summary.noisy, summary.runs), (4, 5, 5));
    }
}
