//! Counts and times what happens during the measurement.

use hdrhistogram::Histogram;
use nws_report::load;

use crate::clock::Nanos;

/// A minute. A message that takes longer is as good as lost.
const LONGEST: Nanos = 60_000_000_000;
/// Significant digits: an error of a thousandth is below any noise.
const DIGITS: u8 = 3;

pub(crate) struct Measure {
    /// What happens now counts.
    is_open: bool,
    pub(crate) sent: u64,
    pub(crate) deliveries: u64,
    /// Time from when a message was due until it came; for a connection, from its begin until it
    /// had joined.
    pub(crate) latency: Times,
    /// The delay with which this program sent after a message was due.
    pub(crate) lateness: Times,
}

pub(crate) struct Times(Histogram<u64>);

impl Measure {
    pub(crate) fn new() -> Self {
        Self { is_open: true, sent: 0, deliveries: 0, latency: Times::new(), lateness: Times::new() }
    }

    /// Forgets everything before, and begins to measure.
    pub(crate) fn begin(&mut self) {
        (self.sent, self.deliveries) = (0, 0);
        self.latency.0.clear();
        self.lateness.0.clear();
    }

    pub(crate) fn end(&mut self) {
        self.is_open = false;
    }

    /// Counts a message. `late` is how much later than due it was sent, if this program is the
    /// reason.
    pub(crate) fn sent(&mut self, late: Option<Nanos>) {
        if self.is_open {
            self.sent += 1;
            late.into_iter().for_each(|late| self.lateness.add(late));
        }
    }

    /// Counts a delivery. `after` is its latency, if it is timed.
    pub(crate) fn delivered(&mut self, after: Option<Nanos>) {
        if self.is_open {
            self.deliveries += 1;
            after.into_iter().for_each(|after| self.latency.add(after));
        }
    }
}

impl Times {
    fn new() -> Self {
        Self(Histogram::new_with_bounds(1, LONGEST, DIGITS).expect("these bounds are valid"))
    }

    pub(crate) fn add(&mut self, time: Nanos) {
        self.0.saturating_record(time);
    }

    /// How often each time occurred, in microseconds.
    pub(crate) fn counts(&self) -> Vec<(f64, u64)> {
        let counts = self.0.iter_recorded();
        counts.map(|step| (step.value_iterated_to() as f64 / 1000.0, step.count_at_value())).collect()
    }

    /// A summary in microseconds; `None` if nothing was timed.
    pub(crate) fn summary(&self) -> Option<load::Times> {
        let micros = |nanos: u64| nanos as f64 / 1000.0;
        let at = |share: f64| micros(self.0.value_at_quantile(share));
        (!self.0.is_empty()).then(|| load::Times {
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: micros(self.0.max()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_in_microseconds() {
        let mut measure = Measure::new();
        assert_eq!(measure.latency.summary(), None);
        (1..=1000).for_each(|micros| measure.latency.add(micros * 1000));
        let times = measure.latency.summary().unwrap();
        assert!((times.p50 - 500.0).abs() < 1.0);
        assert!((times.p99 - 990.0).abs() < 1.0);
        measure.latency.add(Nanos::MAX);
        measure.begin();
        assert_eq!(measure.latency.summary(), None);
    }

    #[test]
    fn every_time_is_counted() {
        let mut measure = Measure::new();
        [1000, 1000, 2000].into_iter().for_each(|nanos| measure.latency.add(nanos));
        assert_eq!(measure.latency.counts(), [(1.0, 2), (2.0, 1)]);
    }

    #[test]
    fn what_comes_after_the_end_does_not_count() {
        let mut measure = Measure::new();
        measure.sent(Some(1));
        measure.delivered(Some(1));
        measure.end();
        measure.sent(Some(1));
        measure.delivered(Some(1));
        assert_eq!((measure.sent, measure.deliveries), (1, 1));
    }
}
