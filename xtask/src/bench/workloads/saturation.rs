//! Whether a run measured the load generator instead of the server.

use serde_json::Value;

use super::goal::Metric;

/// The share of a core that the generator, which has one thread, may use: above it the server may have waited for it.
const CPU: f64 = 0.95;
/// The share of the latency that may be the generator's own lateness, both of the slowest hundredth.
const LATENESS: f64 = 0.1;

/// How the generator shows in what it measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Saturation {
    /// It had no time to spare, and anything may be the worse for it.
    Busy,
    /// It sent late, which is part of every latency.
    Late,
}

impl Saturation {
    /// Of one run, from its report.
    pub(crate) fn of(report: &Value) -> Option<Self> {
        let number = |pointer: &str| report.pointer(pointer).and_then(Value::as_f64);
        let exceeds = |part: &str, whole: &str, share: f64| {
            number(part).zip(number(whole)).is_some_and(|(part, whole)| part > whole * share)
        };
        if exceeds("/cpu/generator_s", "/measured_s", CPU) {
            return Some(Self::Busy);
        }
        exceeds("/generator_late_us/p99", "/latency_us/p99", LATENESS).then_some(Self::Late)
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
    use serde_json::json;

    use super::*;

    #[test]
    fn a_busy_or_late_generator_is_told() {
        let of = |cpu: f64, late: f64| {
            Saturation::of(&json!({
                "measured_s": 4.0, "cpu": {"generator_s": cpu},
                "generator_late_us": {"p99": late}, "latency_us": {"p99": 100.0},
            }))
        };
        assert_eq!(of(3.7, 10.0), None);
        assert_eq!(of(3.9, 11.0), Some(Saturation::Busy));
        assert_eq!(of(1.0, 11.0), Some(Saturation::Late));
    }

    #[test]
    fn what_sends_nothing_is_not_late() {
        let storm = json!({"measured_s": 0.1, "cpu": {"generator_s": 0.05}, "join_us": {"p99": 1.0}});
        assert_eq!(Saturation::of(&storm), None);
    }

    #[test]
    fn lateness_is_nothing_to_the_cpu_of_the_server() {
        assert!(Saturation::Late.touches(Metric::P99) && !Saturation::Late.touches(Metric::Cpu));
        assert!(Saturation::Busy.touches(Metric::P99) && Saturation::Busy.touches(Metric::Cpu));
    }
}
