//! Judges whether a run measured the load generator instead of the server.

use nws_report::load::{Report, Times};
use serde::Serialize;

use super::metric::Metric;

/// The share of a core that the generator may use. It has one thread, so above this share the
/// server may have waited for it.
const CPU: f64 = 0.95;
/// The share of the latency that the generator's own lateness may be, both at the 99th percentile.
const LATENESS: f64 = 0.1;

/// The way in which the generator affected the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Saturation {
    /// It had no time to spare, so any value may be too bad.
    Busy,
    /// It sent late, which is a part of every latency.
    Late,
}

impl Saturation {
    /// Judges one run by its report.
    pub(crate) fn of(report: &Report) -> Option<Self> {
        if report.cpu.generator_s > report.measured_s * CPU {
            return Some(Self::Busy);
        }
        let p99 = |times: &Option<Times>| times.as_ref().map(|times| times.p99);
        let (lateness, latency) = p99(&report.generator_late_us).zip(p99(&report.latency_us))?;
        (lateness > latency * LATENESS).then_some(Self::Late)
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Late => "late",
        }
    }

    pub(crate) fn touches(self, metric: Metric) -> bool {
        match self {
            Self::Busy => true,
            Self::Late => matches!(metric, Metric::P50 | Metric::P99),
        }
    }
}

#[cfg(test)]
mod tests {
    use nws_report::load::Cpu;

    use super::super::sample::{self, times};
    use super::*;

    fn cpu(generator_s: f64) -> Cpu {
        Cpu { generator_s, ..Cpu::default() }
    }

    #[test]
    fn a_busy_or_late_generator_is_told() {
        let of = |cpu: f64, late: f64| {
            Saturation::of(&Report {
                cpu: self::cpu(cpu),
                generator_late_us: Some(times(late)),
                ..sample::report()
            })
        };
        assert_eq!(of(3.7, 10.0), None);
        assert_eq!(of(3.9, 11.0), Some(Saturation::Busy));
        assert_eq!(of(1.0, 11.0), Some(Saturation::Late));
    }

    #[test]
    fn what_sends_nothing_is_not_late() {
        let storm = Report {
            measured_s: 0.1,
            cpu: cpu(0.05),
            latency_us: None,
            generator_late_us: None,
            join_us: Some(times(1.0)),
            ..sample::report()
        };
        assert_eq!(Saturation::of(&storm), None);
    }

    #[test]
    fn lateness_is_nothing_to_the_cpu_of_the_server() {
        assert!(Saturation::Late.touches(Metric::P99) && !Saturation::Late.touches(Metric::Cpu));
        assert!(Saturation::Busy.touches(Metric::P99) && Saturation::Busy.touches(Metric::Cpu));
    }
}
