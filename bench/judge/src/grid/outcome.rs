//! What the runs of one cell say.

use serde::{Deserialize, Serialize};

use super::cell::Cell;
use super::ratio::Ratio;
use crate::load::metric::Metric;
use crate::load::run::Run;
use crate::load::saturation::Saturation;
use crate::load::server::Server;
use crate::statistics::median;

/// The metrics of the grid.
pub(super) const METRICS: [Metric; 2] = [Metric::Cpu, Metric::Rate];

/// What is measured again, and by which rivals: CPU above the first bound, or a rate below the
/// second. A single pair of builds is noisier than the difference that matters.
const SUSPECT: [(Server, f64, f64); 3] =
    [(Server::Bun, 1.0, 0.95), (Server::Floor, 1.5, 0.0), (Server::Against, 1.05, 0.95)];

/// The results of one cell.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Outcome {
    pub(super) name: String,
    pub(super) cell: Cell,
    /// Of nws by each rival that had no fault; none if nws had one.
    pub(super) comparisons: Vec<Comparison>,
    pub(super) faults: Vec<Fault>,
    /// One of the runs that count was noisy.
    pub(super) is_noisy: bool,
    /// The load generator had no time to spare in one of them, so that a rate may be its own.
    pub(super) is_generator_bound: bool,
    /// CPU seconds of nws for a million deliveries.
    pub(super) cpu_s_per_million: Option<f64>,
    /// The functions of nws that take the most time, if somebody looked.
    pub(super) profile: Vec<String>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Comparison {
    pub(super) rival: Server,
    pub(super) metric: Metric,
    pub(super) ratio: Ratio,
}

/// A server that lost a message, or did anything else wrong.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Fault {
    pub(super) server: Server,
    pub(super) words: String,
}

impl Outcome {
    /// `runs` are those of the cell. Where it was measured again, only the later runs count: the
    /// first was chosen because it looked bad.
    pub(super) fn of(cell: Cell, runs: &[Run]) -> Self {
        let (counting, faults) = (counting(runs), faults(runs));
        let ours = counting.iter().filter(|run| run.server == Server::Nws);
        Self {
            name: cell.to_string(),
            cell,
            comparisons: comparisons(runs, &faults),
            is_noisy: counting.iter().any(|run| run.is_noisy()),
            is_generator_bound: counting.iter().any(|run| run.generator_bound == Some(Saturation::Busy)),
            cpu_s_per_million: median(ours.filter_map(|run| Metric::Cpu.of(&run.report))),
            faults,
            profile: Vec::new(),
        }
    }

    pub(super) fn ratio(&self, rival: Server, metric: Metric) -> Option<Ratio> {
        let found = self.comparisons.iter().find(|found| found.rival == rival && found.metric == metric);
        found.map(|found| found.ratio)
    }

    /// The rivals that did so much better in a first run that it has to be measured again.
    pub(super) fn suspects(&self) -> Vec<Server> {
        let value = |rival, metric| self.ratio(rival, metric).map(|ratio| ratio.value);
        let suspects = SUSPECT.into_iter().filter(|(rival, cpu, rate)| {
            value(*rival, Metric::Cpu).is_some_and(|value| value > *cpu)
                || value(*rival, Metric::Rate).is_some_and(|value| value < *rate)
        });
        suspects.map(|(rival, ..)| rival).collect()
    }

    /// The cost by that of the rival that matters most here, for sorting.
    pub(super) fn badness(&self) -> Option<f64> {
        let rivals = [Server::Bun, Server::Against, Server::Floor];
        rivals.into_iter().find_map(|rival| self.ratio(rival, Metric::Cpu)).map(|ratio| ratio.value)
    }
}

fn is_later(run: &Run) -> bool {
    run.rep > Some(0)
}

fn counting(runs: &[Run]) -> Vec<&Run> {
    let later: Vec<&Run> = runs.iter().filter(|run| is_later(run)).collect();
    if later.is_empty() { runs.iter().collect() } else { later }
}

/// The first fault of each server.
fn faults(runs: &[Run]) -> Vec<Fault> {
    let of = |server: Server| {
        let failed = runs.iter().find(|run| run.server == server && !run.report.ok)?;
        Some(Fault { server, words: failed.report.failures.join("; ") })
    };
    Server::ALL.into_iter().filter_map(of).collect()
}

/// Compares nws with each rival, as far as both had no fault.
fn comparisons(runs: &[Run], faults: &[Fault]) -> Vec<Comparison> {
    let is_good = |server: Server| faults.iter().all(|fault| fault.server != server);
    let rivals = Server::ALL.into_iter().filter(|server| *server != Server::Nws);
    let rivals = rivals.filter(|rival| is_good(*rival) && is_good(Server::Nws));
    rivals.flat_map(|rival| METRICS.map(|metric| compare(runs, rival, metric))).flatten().collect()
}

/// Pairs the runs of one repetition; those of later ones, if there are any.
fn compare(runs: &[Run], rival: Server, metric: Metric) -> Option<Comparison> {
    let of = |server: Server| runs.iter().filter(move |run| run.server == server);
    let pairs = of(Server::Nws).filter_map(|ours| {
        let theirs = of(rival).find(|theirs| theirs.rep == ours.rep)?;
        Some((is_later(ours), metric.of(&ours.report).zip(metric.of(&theirs.report))?))
    });
    let (later, first): (Vec<_>, Vec<_>) = pairs.partition(|(is_later, _)| *is_later);
    let counting = if later.is_empty() { first } else { later };
    Some(Comparison { rival, metric, ratio: Ratio::of(counting.into_iter().map(|(_, pair)| pair))? })
}

#[cfg(test)]
pub(super) mod tests {
    use nws_report::load::Report;

    use super::*;
    use crate::load::sample;

    fn run(server: Server, rep: u32, cpu: f64, rate: f64) -> Run {
        let report =
            Report { cpu_s_per_million: Some(cpu), deliveries_per_s: Some(rate), ..sample::report() };
        Run { rep: Some(rep), ..Run::new("cell", server, report, 0.07) }
    }

    fn failed(server: Server, rep: u32) -> Run {
        let mut run = run(server, rep, 1.0, 1.0);
        (run.report.ok, run.report.failures) = (false, vec!["2 lost".to_owned(), "1 late".to_owned()]);
        run
    }

    fn outcome(runs: &[Run]) -> Outcome {
        Outcome::of(Cell::all().next().unwrap(), runs)
    }

    /// An outcome with one ratio of the CPU time and of the rate, by Bun's.
    pub(in super::super) fn by_bun(cpu: f64, rate: f64) -> Outcome {
        outcome(&[run(Server::Nws, 0, cpu, rate), run(Server::Bun, 0, 1.0, 1.0)])
    }

    #[test]
    fn runs_are_compared_with_those_beside_them() {
        let runs = [
            run(Server::Nws, 1, 1.0, 3.0),
            run(Server::Bun, 1, 2.0, 1.0),
            run(Server::Bun, 2, 9.0, 1.0),
            run(Server::Nws, 2, 4.5, 3.0),
        ];
        let outcome = outcome(&runs);
        let ratio = outcome.ratio(Server::Bun, Metric::Cpu).unwrap();
        assert!((ratio.value - 0.5).abs() < 1e-9 && ratio.interval.is_some());
        assert!((outcome.ratio(Server::Bun, Metric::Rate).unwrap().value - 3.0).abs() < 1e-9);
        assert_eq!(outcome.ratio(Server::Floor, Metric::Cpu), None);
        assert_eq!(outcome.cpu_s_per_million, Some(2.75));
    }

    #[test]
    fn a_first_run_does_not_count_beside_later_ones() {
        let pair = |rep, cpu| [run(Server::Nws, rep, cpu, 1.0), run(Server::Bun, rep, 1.0, 1.0)];
        let runs: Vec<Run> = [pair(0, 9.0), pair(1, 1.0), pair(2, 1.0)].into_iter().flatten().collect();
        let cpu = |runs| outcome(runs).ratio(Server::Bun, Metric::Cpu).unwrap().value;
        assert!((cpu(&runs[..2]) - 9.0).abs() < 1e-9 && (cpu(&runs) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_rival_that_is_not_run_again_keeps_its_first_run() {
        let floor = run(Server::Floor, 0, 2.0, 1.0);
        let runs = [run(Server::Nws, 0, 9.0, 1.0), floor, run(Server::Nws, 1, 1.0, 1.0)];
        assert!((outcome(&runs).ratio(Server::Floor, Metric::Cpu).unwrap().value - 4.5).abs() < 1e-9);
    }

    #[test]
    fn a_server_with_a_fault_is_not_compared() {
        let good = |server| run(server, 0, 1.0, 1.0);
        let bun = outcome(&[good(Server::Nws), failed(Server::Bun, 0), good(Server::Floor)]);
        assert_eq!(bun.ratio(Server::Bun, Metric::Cpu), None);
        assert!(bun.ratio(Server::Floor, Metric::Cpu).is_some());
        assert_eq!((bun.faults[0].server, bun.faults[0].words.as_str()), (Server::Bun, "2 lost; 1 late"));
        let ours = outcome(&[failed(Server::Nws, 0), good(Server::Bun), good(Server::Floor)]);
        assert!(ours.comparisons.is_empty());
    }

    #[test]
    fn what_looks_bad_is_suspect() {
        assert_eq!(by_bun(0.9, 1.0).suspects(), []);
        assert_eq!(by_bun(1.1, 1.0).suspects(), [Server::Bun]);
        assert_eq!(by_bun(0.9, 0.9).suspects(), [Server::Bun]);
        let floor = outcome(&[run(Server::Nws, 0, 1.6, 0.1), run(Server::Floor, 0, 1.0, 1.0)]);
        assert_eq!(floor.suspects(), [Server::Floor]);
    }
}
