//! Compares the same load on one machine and across two, run right after each other.

use anyhow::{Context, Result};
use nws_report::lan::{Placing, Run};

use crate::load::machine;
use crate::load::metric::Metric;
use crate::load::saturation::Saturation;
use crate::statistics::median;

/// The repetitions that were quiet in both places, or all if none was.
pub(super) struct Pairs<'a> {
    counting: Vec<[&'a Run; 2]>,
    quiet: usize,
    all: usize,
    /// All runs were too short to tell whether they were quiet.
    too_short: bool,
}

/// Medians of the repetitions.
pub(super) struct Compared {
    pub(super) same: f64,
    pub(super) across: f64,
    /// The value across two machines, divided by the value on one machine right before or after it.
    pub(super) ratio: f64,
}

impl<'a> Pairs<'a> {
    pub(super) fn of(runs: &'a [Run], max_other: f64) -> Result<Self> {
        let same = runs.iter().filter(|run| run.placing == Placing::Same);
        let pairs = same.map(|same| Some([same, across(runs, same.rep)?]));
        let pairs: Vec<[&Run; 2]> = pairs.collect::<Option<_>>().context("a run has no counterpart")?;
        let share = |run: &Run| machine::share_of_others(&run.report);
        let too_short = runs.iter().all(|run| share(run).is_none());
        // A run that is too short to tell began on a quiet machine, which has to be enough.
        let is_quiet = |run: &&Run| share(run).is_none_or(|share| share <= max_other);
        let quiet: Vec<_> = pairs.iter().filter(|pair| pair.iter().all(is_quiet)).copied().collect();
        let (all, quiet_count) = (pairs.len(), quiet.len());
        Ok(Self {
            counting: if quiet.is_empty() { pairs } else { quiet },
            quiet: quiet_count,
            all,
            too_short,
        })
    }

    /// Compares one value of their reports.
    pub(super) fn compare(&self, metric: Metric) -> Result<Compared> {
        let value = |run: &Run| metric.of(&run.report);
        let pairs: Option<Vec<(f64, f64)>> =
            self.counting.iter().map(|[same, across]| Some((value(same)?, value(across)?))).collect();
        let pairs = pairs.with_context(|| format!("a run without {}", metric.title()))?;
        let median = |value: fn(&(f64, f64)) -> f64| median(pairs.iter().map(value)).context("no runs");
        Ok(Compared {
            same: median(|pair| pair.0)?,
            across: median(|pair| pair.1)?,
            ratio: median(|pair| pair.1 / pair.0)?,
        })
    }

    /// Says how many were quiet, and whether the load generator was the limit.
    pub(super) fn note(&self) -> String {
        let quiet = match self.too_short {
            true => "too short to tell noise".to_owned(),
            false => format!("{} of {} quiet", self.quiet, self.all),
        };
        let is_bound = |run: &&Run| Saturation::of(&run.report) == Some(Saturation::Busy);
        let bound = self.counting.iter().flatten().copied().filter(is_bound).count();
        if bound == 0 { quiet } else { format!("{quiet}; generator-bound in {bound} runs") }
    }
}

fn across(runs: &[Run], rep: u32) -> Option<&Run> {
    runs.iter().find(|run| run.placing == Placing::Across && run.rep == rep)
}

#[cfg(test)]
mod tests {
    use nws_report::load::{Cpu, Report};

    use super::*;
    use crate::load::sample;

    use Placing::{Across, Same};

    fn run(placing: Placing, rep: u32, rate: f64, others_s: f64) -> Run {
        let cpu = Cpu { others_s, generator_s: rate / 100.0, ..Cpu::default() };
        Run { placing, rep, report: Report { deliveries_per_s: Some(rate), cpu, ..sample::report() } }
    }

    #[test]
    fn noisy_repetitions_count_only_where_none_was_quiet() {
        let noisy = [run(Same, 0, 100.0, 0.0), run(Across, 0, 10.0, 2.0)];
        let quiet = [run(Across, 1, 80.0, 0.0), run(Same, 1, 160.0, 0.0)];
        let both = [noisy.clone(), quiet].concat();
        let pairs = Pairs::of(&both, 0.07).unwrap();
        let compared = pairs.compare(Metric::Rate).unwrap();
        assert_eq!((compared.same, compared.across, compared.ratio), (160.0, 80.0, 0.5));
        assert_eq!(pairs.note(), "1 of 2 quiet");
        let pairs = Pairs::of(&noisy, 0.07).unwrap();
        assert_eq!(pairs.compare(Metric::Rate).unwrap().ratio, 0.1);
        assert_eq!(pairs.note(), "0 of 1 quiet");
    }

    #[test]
    fn a_generator_that_was_the_limit_is_told() {
        let runs = [run(Same, 0, 399.0, 0.0), run(Across, 0, 100.0, 0.0)];
        assert_eq!(Pairs::of(&runs, 0.07).unwrap().note(), "1 of 1 quiet; generator-bound in 1 runs");
    }

    #[test]
    fn what_is_too_short_is_not_called_quiet() {
        let short = |placing| {
            let report = Report { measured_s: 0.3, cpu: Cpu::default(), ..sample::report() };
            Run { placing, rep: 0, report }
        };
        assert_eq!(Pairs::of(&[short(Same), short(Across)], 0.07).unwrap().note(), "too short to tell noise");
    }

    #[test]
    fn a_run_needs_its_other() {
        let runs = [run(Same, 0, 1.0, 0.0), run(Across, 1, 1.0, 0.0)];
        assert!(Pairs::of(&runs, 0.07).is_err());
    }
}
