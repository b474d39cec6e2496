//! The ratio of two servers, and how far it can be trusted.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};
use statrs::statistics::Statistics;

/// The share of the distribution below the upper end of an interval of 95 %.
const UPPER: f64 = 0.975;

/// A value of nws, divided by the same of another server.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Ratio {
    /// The geometric mean of all pairs of runs.
    pub(super) value: f64,
    /// The interval that has the true ratio in it with 95 %; `None` after one pair.
    pub(super) interval: Option<[f64; 2]>,
}

impl Ratio {
    /// The ratio of pairs of runs, ours first; `None` without a pair of positive values.
    ///
    /// The interval is that of Student's distribution, for logarithms: so a half is as far from 1
    /// as two are.
    pub(super) fn of(pairs: impl IntoIterator<Item = (f64, f64)>) -> Option<Self> {
        let pairs = pairs.into_iter().filter(|(ours, theirs)| *ours > 0.0 && *theirs > 0.0);
        let logarithms: Vec<f64> = pairs.map(|(ours, theirs)| (ours / theirs).ln()).collect();
        if logarithms.is_empty() {
            return None;
        }
        let (count, mean) = (logarithms.len() as f64, logarithms.iter().mean());
        let interval = StudentsT::new(0.0, 1.0, count - 1.0).ok().map(|student| {
            let half = student.inverse_cdf(UPPER) * logarithms.iter().std_dev() / count.sqrt();
            [(mean - half).exp(), (mean + half).exp()]
        });
        Some(Self { value: mean.exp(), interval })
    }

    /// Gives whether it is above `bound` beyond doubt.
    pub(super) fn is_surely_above(&self, bound: f64) -> bool {
        self.interval.is_some_and(|[low, _]| low > bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_pairs_have_an_interval() {
        // The logarithms are -0.1, 0, 0, 0, 0.1, each above 0.2: a deviation of 0.0707, and 2.776
        // of Student's distribution with four degrees of freedom.
        let ratio = Ratio::of([-0.1, 0.0, 0.0, 0.0, 0.1].map(|log: f64| ((log + 0.2).exp() * 3.0, 3.0)));
        let ratio = ratio.unwrap();
        let half = 2.776 * 0.070_71 / 5_f64.sqrt();
        let [low, high] = ratio.interval.unwrap();
        assert!((ratio.value.ln() - 0.2).abs() < 1e-9);
        assert!((low.ln() - (0.2 - half)).abs() < 1e-4 && (high.ln() - (0.2 + half)).abs() < 1e-4);
        assert!(ratio.is_surely_above(1.1) && !ratio.is_surely_above(1.2));
    }

    #[test]
    fn one_pair_is_in_doubt() {
        assert_eq!(Ratio::of([(3.0, 2.0)]).unwrap().interval, None);
        assert!(!Ratio::of([(3.0, 2.0)]).unwrap().is_surely_above(1.0));
        assert_eq!(Ratio::of([(0.0, 2.0), (1.0, 0.0)]), None);
    }
}
