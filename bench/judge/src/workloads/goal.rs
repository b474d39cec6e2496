//! A goal: a ratio of medians, of nws and of a rival.

use super::summary::Summary;
use crate::load::metric::Metric;

/// A bound on one metric.
#[derive(Clone, Copy)]
pub(crate) struct Goal {
    pub(crate) metric: Metric,
    pub(crate) rival: Rival,
    pub(crate) bound: Bound,
}

#[derive(Clone, Copy)]
pub(crate) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

/// The other side of a comparison with nws.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rival {
    /// A server that a user would choose instead.
    Bun,
    /// The least work that any relay has to do.
    Floor,
    /// nws under the workload of this name, whose payloads are texts.
    OwnText(&'static str),
    /// Nothing: the bound applies to the value of nws itself.
    Absolute,
}

impl Goal {
    pub(crate) const fn at_most(metric: Metric, rival: Rival, ratio: f64) -> Self {
        Self { metric, rival, bound: Bound::AtMost(ratio) }
    }

    pub(crate) const fn at_least(metric: Metric, rival: Rival, ratio: f64) -> Self {
        Self { metric, rival, bound: Bound::AtLeast(ratio) }
    }

    /// The value that the bound applies to, or the reason why there is none. Without a rival it is
    /// the value of nws.
    pub(crate) fn figure(&self, ours: &Summary, rival: Option<&Summary>) -> Result<f64, String> {
        let own = ours.judged(self.metric).map_err(|why| format!("of nws {why}"))?;
        let Some(rival) = rival else { return Ok(own) };
        let other = rival.judged(self.metric).map_err(|why| format!("of {} {why}", self.rival.name()))?;
        if other > 0.0 { Ok(own / other) } else { Err(format!("{} measured nothing", self.rival.name())) }
    }

    pub(crate) fn title(&self) -> String {
        let metric = self.metric.title();
        match self.rival {
            Rival::Absolute => metric.to_owned(),
            rival @ (Rival::Bun | Rival::Floor | Rival::OwnText(_)) => {
                format!("{metric} by {}", rival.name())
            }
        }
    }
}

impl Rival {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bun => "Bun",
            Self::Floor => "the floor",
            Self::OwnText(_) => "its own text",
            Self::Absolute => "nothing",
        }
    }
}
