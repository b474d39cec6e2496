//! Puts the reports of several generators together.

use nws_report::load::Report;
use serde::Serialize;

use crate::load::server::Server;

/// Resident memory of the server, in KiB.
pub(super) struct Memory {
    /// Before the first connection.
    pub(super) base: f64,
    /// When all have joined.
    pub(super) joined: f64,
    /// After the load.
    pub(super) speaking: f64,
}

/// What one run has shown. Values about messages are `None` where nobody speaks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Outcome {
    pub(super) server: Server,
    /// Seconds until all peers knew each other.
    pub(super) setup_s: f64,
    pub(super) base_kib: f64,
    pub(super) kib_each: f64,
    pub(super) kib_each_speaking: f64,
    pub(super) deliveries_per_s: Option<f64>,
    pub(super) cpu_s_per_million: Option<f64>,
    pub(super) p50_us: Option<f64>,
    pub(super) p99_us: Option<f64>,
    /// The share of a core that programs used which are not part of the run.
    pub(super) other_share: f64,
    pub(super) failures: Vec<String>,
}

impl Outcome {
    /// `reports` are of generators that ran at one time, and watched the same server.
    pub(super) fn of(server: Server, reports: &[Report], memory: &Memory, connections: usize) -> Self {
        let deliveries: u64 = reports.iter().filter_map(|report| report.deliveries).sum();
        let rate: f64 = reports.iter().filter_map(|report| report.deliveries_per_s).sum();
        let cpu = mean(reports.iter().filter_map(|report| report.cpu.server_s));
        let latencies = Latencies::of(reports);
        let each = |kib: f64| (kib - memory.base) / connections as f64;
        Self {
            server,
            setup_s: reports.iter().filter_map(|report| report.setup_s).fold(0.0, f64::max),
            base_kib: memory.base,
            kib_each: each(memory.joined),
            kib_each_speaking: each(memory.speaking),
            deliveries_per_s: (deliveries > 0).then_some(rate),
            cpu_s_per_million: (deliveries > 0).then_some(cpu * 1e6 / deliveries as f64),
            p50_us: latencies.at(0.5),
            p99_us: latencies.at(0.99),
            other_share: others(reports),
            failures: reports.iter().flat_map(|report| report.failures.clone()).collect(),
        }
    }

    /// The reasons not to trust the run.
    pub(super) fn marks(&self) -> String {
        if self.failures.is_empty() { String::new() } else { format!("failed: {}", self.failures.join(", ")) }
    }
}

/// The share of a core that other programs used. Each generator counts the others as others.
fn others(reports: &[Report]) -> f64 {
    let generators: f64 = reports.iter().map(|report| report.cpu.generator_s).sum();
    let others = reports.iter().map(|report| {
        let cpu = &report.cpu;
        let strangers = cpu.others_s + cpu.stolen_s - (generators - cpu.generator_s);
        strangers / report.measured_s.max(f64::EPSILON)
    });
    mean(others).max(0.0)
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / f64::max(count, 1.0)
}

/// How often each latency occurred in all processes, in order.
struct Latencies(Vec<(f64, u64)>);

impl Latencies {
    fn of(reports: &[Report]) -> Self {
        let counts = reports.iter().filter_map(|report| report.latency_counts.as_ref());
        let mut counts: Vec<_> = counts.flatten().copied().collect();
        counts.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        Self(counts)
    }

    /// The least latency that a share of the deliveries did not exceed.
    fn at(&self, share: f64) -> Option<f64> {
        let all: u64 = self.0.iter().map(|(_, count)| count).sum();
        let wanted = (all as f64 * share).ceil();
        let mut so_far = 0;
        let reached = self.0.iter().find(|(_, count)| {
            so_far += count;
            so_far as f64 >= wanted
        });
        reached.map(|(micros, _)| *micros)
    }
}

/// An outcome for tests.
#[cfg(test)]
pub(super) fn sample() -> Outcome {
    let report = Report { latency_counts: Some(vec![(100.0, 4000)]), ..crate::load::sample::report() };
    let memory = Memory { base: 9000.0, joined: 10_000.0, speaking: 11_000.0 };
    Outcome::of(Server::Nws, &[report], &memory, 1000)
}

#[cfg(test)]
mod tests {
    use nws_report::load::Cpu;

    use super::*;
    use crate::load::sample::report;

    #[test]
    fn percentiles_are_of_all_deliveries() {
        let reports = [vec![(1.0, 98), (5.0, 1)], vec![(9.0, 1)]]
            .map(|counts| Report { latency_counts: Some(counts), ..report() });
        let latencies = Latencies::of(&reports);
        assert_eq!([0.5, 0.99, 1.0].map(|share| latencies.at(share)), [Some(1.0), Some(5.0), Some(9.0)]);
        assert_eq!(Latencies::of(&[]).at(0.5), None);
    }

    #[test]
    fn other_generators_are_no_strangers() {
        let cpu = Cpu { generator_s: 1.0, others_s: 1.4, ..Cpu::default() };
        let reports = [report(), report()].map(|report| Report { cpu: cpu.clone(), ..report });
        assert!((others(&reports) - 0.1).abs() < 1e-9);
    }

    #[test]
    fn memory_is_divided_among_connections() {
        let outcome = sample();
        assert_eq!((outcome.kib_each, outcome.kib_each_speaking), (1.0, 2.0));
        assert_eq!(outcome.cpu_s_per_million, Some(250.0));
    }
}
