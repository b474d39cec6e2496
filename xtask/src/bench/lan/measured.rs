//! What a row measured, and how much other programs had to do with it.

use anyhow::{Context, Result};
use serde_json::Value;

use super::super::figure::Figure;
use super::pairs::Pairs;

/// The report of a row.
pub(super) struct Measured<'a> {
    report: &'a Value,
    max_other: f64,
}

impl<'a> Measured<'a> {
    pub(super) fn new(report: &'a Value, max_other: f64) -> Self {
        Self { report, max_other }
    }

    pub(super) fn value(&self, pointer: &str) -> Result<&'a Value> {
        self.report["measured"].pointer(pointer).with_context(|| format!("no {pointer}"))
    }

    pub(super) fn number(&self, pointer: &str) -> Result<f64> {
        self.value(pointer)?.as_f64().with_context(|| format!("{pointer} is no number"))
    }

    pub(super) fn list(&self, pointer: &str) -> Result<&'a [Value]> {
        Ok(self.value(pointer)?.as_array().with_context(|| format!("{pointer} is no list"))?)
    }

    /// The runs of a list, of which each was made in both places.
    pub(super) fn pairs(&self, runs: &'a Value) -> Result<Pairs<'a>> {
        Pairs::of(runs, self.max_other)
    }

    /// A figure of times: milliseconds that stand at `pointer` below the list of `name`.
    pub(super) fn time(&self, what: &str, name: &str, share: &str) -> Result<Figure> {
        let milliseconds = self.number(&format!("/{name}/{share}_ms"))?;
        let figure = Figure::new(format!("{what}, {}", title(share)), milliseconds, "ms");
        Ok(figure.note(self.note(&format!("n = {}", self.number(&format!("/{name}/count"))?))))
    }

    /// What there is to say of a figure, and that the machine was not quiet, if it was not.
    pub(super) fn note(&self, words: &str) -> String {
        let share = self.report["other_share"].as_f64().unwrap_or(0.0);
        let noise = (share > self.max_other).then(|| format!("noisy: others used {share:.2} of a core"));
        let parts = [Some(words.to_owned()).filter(|words| !words.is_empty()), noise];
        parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}

fn title(share: &str) -> &str {
    if share == "most" { "longest" } else { share }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::figure::table;
    use super::*;

    #[test]
    fn times_say_how_many_they_are_and_whether_it_was_noisy() {
        let mut report = json!({
            "measured": {"kill": {"count": 5, "most_ms": 12.0}}, "other_share": 0.01,
        });
        let line = |report: &Value| {
            table(&[Measured::new(report, 0.07).time("kill", "kill", "most").unwrap().at_most(1000.0)])
        };
        assert_eq!(line(&report), "kill, longest  12.0 ms  at most 1,000 ms: reached (n = 5)");
        report["other_share"] = json!(0.5);
        assert!(line(&report).ends_with("reached (n = 5; noisy: others used 0.50 of a core)"));
    }

    #[test]
    fn what_is_missing_is_named() {
        let report = json!({"measured": {}});
        let error = Measured::new(&report, 0.07).number("/a/b").unwrap_err();
        assert_eq!(error.to_string(), "no /a/b");
    }
}
