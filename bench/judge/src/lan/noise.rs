//! Judges how much other programs disturbed a row.

use nws_report::lan::Times;

use crate::figure::Figure;

/// The share of a core that other programs used, and the share that they may use.
#[derive(Clone, Copy)]
pub(super) struct Noise {
    pub(super) share: f64,
    pub(super) max: f64,
}

/// The value that is taken from several times.
#[derive(Clone, Copy)]
pub(super) enum Share {
    P50,
    P95,
    P99,
    Longest,
}

impl Noise {
    /// A figure of times. Its note says how many there were.
    pub(super) fn time(self, what: &str, times: &Times, share: Share) -> anyhow::Result<Figure> {
        let milliseconds = share.of(times).ok_or_else(|| anyhow::anyhow!("{what}: nothing was timed"))?;
        let figure = Figure::new(format!("{what}, {}", share.title()), milliseconds, "ms");
        Ok(figure.note(self.note(&format!("n = {}", times.count))))
    }

    /// The note of a figure: `words`, and a remark if the machine was not quiet.
    pub(super) fn note(self, words: &str) -> String {
        let Self { share, max } = self;
        let noise = (share > max).then(|| format!("noisy: others used {share:.2} of a core"));
        let parts = [Some(words.to_owned()).filter(|words| !words.is_empty()), noise];
        parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}

impl Share {
    fn of(self, times: &Times) -> Option<f64> {
        match self {
            Self::P50 => times.p50_ms,
            Self::P95 => times.p95_ms,
            Self::P99 => times.p99_ms,
            Self::Longest => times.most_ms,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::P50 => "p50",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::Longest => "longest",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::table;

    const TIMES: Times =
        Times { count: 5, p50_ms: None, p95_ms: None, p99_ms: None, most_ms: Some(12.0), all_ms: Vec::new() };

    #[test]
    fn times_say_how_many_they_are_and_whether_it_was_noisy() {
        let line = |share| {
            let noise = Noise { share, max: 0.07 };
            table(&[noise.time("kill", &TIMES, Share::Longest).unwrap().at_most(1000.0)])
        };
        assert_eq!(line(0.01), "kill, longest  12.0 ms  at most 1,000 ms: reached (n = 5)");
        assert!(line(0.5).ends_with("reached (n = 5; noisy: others used 0.50 of a core)"));
    }

    #[test]
    fn what_was_not_timed_is_named() {
        let error = Noise { share: 0.0, max: 0.07 }.time("kill", &TIMES, Share::P50).err().unwrap();
        assert_eq!(error.to_string(), "kill: nothing was timed");
    }
}
