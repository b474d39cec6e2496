//! The same load on one machine and across two, one right after the other.

use anyhow::{Context, Result};
use serde_json::Value;

use super::super::workloads::machine;
use super::super::workloads::saturation::Saturation;

/// Those repetitions that were quiet in both places, or all when none was.
pub(super) struct Pairs<'a> {
    counting: Vec<[&'a Value; 2]>,
    quiet: usize,
    all: usize,
    /// None was long enough to tell whether it was quiet.
    too_short: bool,
}

/// Medians over the repetitions.
pub(super) struct Compared {
    pub(super) same: f64,
    pub(super) across: f64,
    /// Of what was measured across, by what was on one machine right before or after it.
    pub(super) ratio: f64,
}

impl<'a> Pairs<'a> {
    pub(super) fn of(runs: &'a Value, max_other: f64) -> Result<Self> {
        let runs = runs.as_array().context("no runs")?;
        let find = |placing: &str, rep: &Value| {
            runs.iter().find(|run| run["placing"] == placing && run["rep"] == *rep)
        };
        let same = runs.iter().filter(|run| run["placing"] == "same");
        let pairs = same.map(|same| Some([same, find("across", &same["rep"])?]));
        let pairs: Vec<[&Value; 2]> = pairs.collect::<Option<_>>().context("a run has no other to it")?;
        let too_short = runs.iter().all(|run| machine::share_of_others(run).is_none());
        // One that is too short to tell was begun on a quiet machine; that has to do.
        let is_quiet = |run: &&Value| machine::share_of_others(run).is_none_or(|share| share <= max_other);
        let quiet: Vec<_> = pairs.iter().filter(|pair| pair.iter().all(is_quiet)).copied().collect();
        let (all, quiet_count) = (pairs.len(), quiet.len());
        Ok(Self {
            counting: if quiet.is_empty() { pairs } else { quiet },
            quiet: quiet_count,
            all,
            too_short,
        })
    }

    /// What stands at `pointer` in the reports.
    pub(super) fn compare(&self, pointer: &str) -> Result<Compared> {
        let number = |run: &Value| run.pointer(pointer).and_then(Value::as_f64);
        let pairs: Option<Vec<(f64, f64)>> =
            self.counting.iter().map(|[same, across]| Some((number(same)?, number(across)?))).collect();
        let pairs = pairs.with_context(|| format!("a run without {pointer}"))?;
        let median = |value: fn(&(f64, f64)) -> f64| median(pairs.iter().map(value)).context("no runs");
        Ok(Compared {
            same: median(|pair| pair.0)?,
            across: median(|pair| pair.1)?,
            ratio: median(|pair| pair.1 / pair.0)?,
        })
    }

    /// How many were quiet, and whether the load generator was the limit.
    pub(super) fn note(&self) -> String {
        let quiet = match self.too_short {
            true => "too short to tell noise".to_owned(),
            false => format!("{} of {} quiet", self.quiet, self.all),
        };
        let is_bound = |run: &&Value| Saturation::of(run) == Some(Saturation::Busy);
        let bound = self.counting.iter().flatten().copied().filter(is_bound).count();
        if bound == 0 { quiet } else { format!("{quiet}; generator-bound in {bound} runs") }
    }
}

pub(super) fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let (lower, upper) = (values.len().checked_sub(1)? / 2, values.len() / 2);
    Some(f64::midpoint(values[lower], values[upper]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(placing: &str, rep: u32, rate: f64, others: f64) -> Value {
        json!({
            "placing": placing, "rep": rep, "deliveries_per_s": rate, "measured_s": 4.0,
            "cpu": {"others_s": others, "stolen_s": 0.0, "generator_s": rate / 100.0},
        })
    }

    #[test]
    fn noisy_repetitions_count_only_where_none_was_quiet() {
        let noisy = [run("same", 0, 100.0, 0.0), run("across", 0, 10.0, 2.0)];
        let quiet = [run("across", 1, 80.0, 0.0), run("same", 1, 160.0, 0.0)];
        let both = json!([noisy.clone(), quiet].concat());
        let pairs = Pairs::of(&both, 0.07).unwrap();
        let compared = pairs.compare("/deliveries_per_s").unwrap();
        assert_eq!((compared.same, compared.across, compared.ratio), (160.0, 80.0, 0.5));
        assert_eq!(pairs.note(), "1 of 2 quiet");
        let noisy = json!(noisy);
        let pairs = Pairs::of(&noisy, 0.07).unwrap();
        assert_eq!(pairs.compare("/deliveries_per_s").unwrap().ratio, 0.1);
        assert_eq!(pairs.note(), "0 of 1 quiet");
    }

    #[test]
    fn a_generator_that_was_the_limit_is_told() {
        let runs = json!([run("same", 0, 399.0, 0.0), run("across", 0, 100.0, 0.0)]);
        assert_eq!(Pairs::of(&runs, 0.07).unwrap().note(), "1 of 1 quiet; generator-bound in 1 runs");
    }

    #[test]
    fn what_is_too_short_is_not_called_quiet() {
        let short = |placing: &str| json!({"placing": placing, "rep": 0, "measured_s": 0.3});
        let runs = json!([short("same"), short("across")]);
        assert_eq!(Pairs::of(&runs, 0.07).unwrap().note(), "too short to tell noise");
    }

    #[test]
    fn a_run_needs_its_other() {
        let runs = json!([run("same", 0, 1.0, 0.0), run("across", 1, 1.0, 0.0)]);
        assert!(Pairs::of(&runs, 0.07).is_err());
        assert_eq!(median([].into_iter()), None);
    }
}
