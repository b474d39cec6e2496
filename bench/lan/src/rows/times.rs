//! Summarizes times.

use std::time::Duration;

use nws_report::lan::Times;

/// Quantiles, the longest, and all times in their order, in milliseconds.
pub(super) fn summary(times: &[Duration]) -> Times {
    let all: Vec<f64> = times.iter().copied().map(milliseconds).collect();
    let mut sorted = all.clone();
    sorted.sort_by(f64::total_cmp);
    Times {
        count: all.len(),
        p50_ms: quantile(&sorted, 0.5),
        p95_ms: quantile(&sorted, 0.95),
        p99_ms: quantile(&sorted, 0.99),
        most_ms: sorted.last().copied(),
        all_ms: all,
    }
}

/// The value that this share of all values does not exceed. The values are in ascending order.
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied()
}

/// Milliseconds, with microseconds as decimals. Nothing here is more exact.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_those_that_were_measured() {
        let times: Vec<_> = (1..=20).rev().map(Duration::from_millis).collect();
        let summary = summary(&times);
        assert_eq!((summary.count, summary.p50_ms), (20, Some(10.0)));
        assert_eq!((summary.p95_ms, summary.p99_ms), (Some(19.0), Some(20.0)));
        assert_eq!(summary.all_ms.first().copied(), summary.most_ms);
    }

    #[test]
    fn of_nothing_there_is_no_share() {
        assert_eq!(summary(&[]).p50_ms, None);
    }
}
