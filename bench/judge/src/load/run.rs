//! One run: the report of the load generator, and how far it can be trusted.

use nws_report::load::Report;
use serde::Serialize;

use super::machine;
use super::metric::Metric;
use super::saturation::Saturation;
use super::server::Server;
use crate::table::number;

/// A run as it is written to a file. The report's fields stand beside the others.
#[derive(Serialize)]
pub(crate) struct Run {
    /// The name of the workload.
    pub(crate) workload: String,
    /// The number of the repetition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rep: Option<u32>,
    pub(crate) server: Server,
    /// The share of a core that other programs used; `None` for a run that was too short to tell.
    pub(crate) other_share: Option<f64>,
    /// Whether that share was too large.
    pub(crate) noisy: Option<bool>,
    pub(crate) generator_bound: Option<Saturation>,
    #[serde(flatten)]
    pub(crate) report: Report,
}

impl Run {
    /// Judges a report. `max_other` is the share of a core that other programs may use.
    pub(crate) fn new(workload: &str, server: Server, report: Report, max_other: f64) -> Self {
        let share = machine::share_of_others(&report);
        Self {
            workload: workload.to_owned(),
            rep: None,
            server,
            other_share: share.map(|share| (share * 1000.0).round() / 1000.0),
            noisy: share.map(|share| share > max_other),
            generator_bound: Saturation::of(&report),
            report,
        }
    }

    pub(crate) fn is_noisy(&self) -> bool {
        self.noisy == Some(true)
    }

    /// One line, printed when the run has ended.
    pub(crate) fn line(&self) -> String {
        let shown = [
            (Metric::Rate, "deliveries/s"),
            (Metric::Cpu, "CPU-s per million"),
            (Metric::P99, "µs p99"),
            (Metric::Setup, "s set-up"),
            (Metric::Memory, "KiB per connection"),
        ];
        let shown = shown.iter().filter_map(|(metric, unit)| {
            metric.of(&self.report).map(|value| format!("{} {unit}", number(value)))
        });
        let shown = shown.collect::<Vec<_>>().join(", ");
        let line = format!("{:12} {:6} {shown}  {}", self.workload, self.server.name(), self.marks());
        line.trim_end().to_owned()
    }

    /// The reasons to trust the run less than others, or not at all.
    pub(crate) fn marks(&self) -> String {
        let noise = self.other_share.filter(|_| self.is_noisy());
        let marks = [
            noise.map(|share| format!("noisy: {share}")),
            self.generator_bound.map(|how| format!("generator-bound: {}", how.word())),
            (!self.report.ok).then(|| format!("NOT OK: {:?}", self.report.failures)),
        ];
        marks.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn runs_that_count_less_are_marked() {
        let report = Report { ok: false, failures: vec!["lost".to_owned()], ..sample::report() };
        let run = Run {
            other_share: Some(0.2),
            noisy: Some(true),
            generator_bound: Some(Saturation::Late),
            ..Run::new("b10w1", Server::Nws, report, 0.07)
        };
        assert_eq!(run.marks(), r#"noisy: 0.2, generator-bound: late, NOT OK: ["lost"]"#);
        assert_eq!(Run::new("b10w1", Server::Nws, sample::report(), 0.07).marks(), "");
    }

    #[test]
    fn a_run_is_kept_with_the_fields_of_its_report() {
        let kept = serde_json::to_value(Run::new("b10w1", Server::Nws, sample::report(), 0.07)).unwrap();
        assert_eq!((&kept["server"], &kept["noisy"]), (&"nws".into(), &false.into()));
        assert_eq!((&kept["deliveries_per_s"], &kept["cpu"]["others_s"]), (&1000.0.into(), &0.0.into()));
    }
}
