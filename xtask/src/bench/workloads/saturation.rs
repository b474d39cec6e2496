//! Whether a run measured the load generator instead of the server.

use serde_json::Value;

/// The share of a core that the generator, which has one thread, may use: above it the server may have waited for it.
const CPU: f64 = 0.95;
/// The share of the latency that may be the generator's own lateness, both of the slowest hundredth.
const LATENESS: f64 = 0.1;

/// From a report: the generator was busy all the time, or sent so late that it shows. What is compared with such a run
/// may be no better or worse than the generator.
pub(crate) fn is_generator_bound(report: &Value) -> bool {
    let number = |pointer: &str| report.pointer(pointer).and_then(Value::as_f64);
    let exceeds = |what: &str, whole: &str, share: f64| {
        number(what).zip(number(whole)).is_some_and(|(what, whole)| what > whole * share)
    };
    exceeds("/cpu/generator_s", "/measured_s", CPU)
        || exceeds("/generator_late_us/p99", "/latency_us/p99", LATENESS)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_busy_or_late_generator_is_told() {
        let report = |cpu: f64, late: f64| {
            json!({
                "measured_s": 4.0, "cpu": {"generator_s": cpu},
                "generator_late_us": {"p99": late}, "latency_us": {"p99": 100.0},
            })
        };
        assert!(!is_generator_bound(&report(3.7, 10.0)));
        assert!(is_generator_bound(&report(3.9, 0.0)));
        assert!(is_generator_bound(&report(1.0, 11.0)));
    }

    #[test]
    fn what_sends_nothing_is_not_late() {
        let storm = json!({"measured_s": 0.1, "cpu": {"generator_s": 0.05}, "join_us": {"p99": 1.0}});
        assert!(!is_generator_bound(&storm));
    }
}
