//! One measured number, and the bound that it should reach.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

/// A row of the table.
pub(crate) struct Figure {
    what: String,
    measured: f64,
    unit: Cow<'static, str>,
    reach: Option<Reach>,
    note: String,
    details: Value,
}

#[derive(Clone, Copy)]
enum Reach {
    AtMost(f64),
    AtLeast(f64),
}

impl Figure {
    pub(crate) fn new(what: impl Into<String>, measured: f64, unit: impl Into<Cow<'static, str>>) -> Self {
        Self {
            what: what.into(),
            measured,
            unit: unit.into(),
            reach: None,
            note: String::new(),
            details: Value::Null,
        }
    }

    /// Sets an upper bound.
    pub(crate) fn at_most(self, reach: f64) -> Self {
        Self { reach: Some(Reach::AtMost(reach)), ..self }
    }

    /// Sets a lower bound.
    pub(crate) fn at_least(self, reach: f64) -> Self {
        Self { reach: Some(Reach::AtLeast(reach)), ..self }
    }

    /// Adds a remark that helps to read the verdict.
    pub(crate) fn note(self, note: String) -> Self {
        Self { note, ..self }
    }

    /// Adds other values of the same measurement.
    pub(crate) fn details(self, details: &(impl Serialize + ?Sized)) -> Self {
        Self { details: json!(details), ..self }
    }

    fn cells(&self) -> [String; 3] {
        let reach = self.reach.map(|reach| reach.words(self.measured, &self.unit));
        let note = if self.note.is_empty() { String::new() } else { format!(" ({})", self.note) };
        let verdict = reach.unwrap_or_default() + &note;
        [self.what.clone(), format!("{} {}", number(self.measured), self.unit), verdict]
    }
}

/// A figure as it is written to a file.
#[derive(Serialize)]
struct Kept<'a> {
    what: &'a str,
    measured: f64,
    unit: &'a str,
    at_most: Option<f64>,
    at_least: Option<f64>,
    reached: Option<bool>,
    details: &'a Value,
}

impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { what, measured, unit, reach, note: _, details } = self;
        let (at_most, at_least) = match *reach {
            None => (None, None),
            Some(Reach::AtMost(bound)) => (Some(bound), None),
            Some(Reach::AtLeast(bound)) => (None, Some(bound)),
        };
        let reached = reach.map(|reach| reach.is_met(*measured));
        Kept { what, measured: *measured, unit, at_most, at_least, reached, details }.serialize(serializer)
    }
}

impl Reach {
    fn is_met(self, measured: f64) -> bool {
        match self {
            Self::AtMost(bound) => measured <= bound,
            Self::AtLeast(bound) => measured >= bound,
        }
    }

    fn words(self, measured: f64, unit: &str) -> String {
        let (words, bound) = match self {
            Self::AtMost(bound) => ("at most", bound),
            Self::AtLeast(bound) => ("at least", bound),
        };
        let verdict = if self.is_met(measured) { "reached" } else { "missed" };
        format!("{words} {} {unit}: {verdict}", number(bound))
    }
}

/// All figures, one in each line.
pub(crate) fn table(figures: &[Figure]) -> String {
    let rows: Vec<_> = figures.iter().map(Figure::cells).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (what, measured) = (width(0), width(1));
    let lines = rows.iter().map(|[a, b, c]| format!("{a:what$}  {b:>measured$}  {c}").trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

/// A number with three significant digits, and with commas between thousands.
pub(crate) fn number(value: f64) -> String {
    match value.abs() {
        1000.0.. => thousands(value.round() as i64),
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

fn thousands(value: i64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) && digit.is_ascii_digit() {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_show_what_counts() {
        let shown = [0.054_f64, 9.99, 12.34, 456.7, 1234.5, 1_234_567.0].map(number);
        assert_eq!(shown, ["0.05", "9.99", "12.3", "457", "1,235", "1,234,567"]);
    }

    #[test]
    fn a_note_stands_beside_the_verdict() {
        let figure = Figure::new("CPU", 0.5, "×").at_most(1.0).note("2 of 3 quiet".to_owned());
        assert_eq!(table(&[figure]), "CPU  0.50 ×  at most 1.00 ×: reached (2 of 3 quiet)");
    }
}
