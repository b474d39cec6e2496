//! Compares counts with the known ones, and says which have moved.

use std::fmt;

use super::ledger::Ledger;

/// By how many percent a count may move. Counts of one compiler are the same in every run. This
/// leaves room for a change elsewhere that makes the compiler inline or order code differently.
const TOLERANCE: f64 = 3.0;

/// The tolerance when the compiler, the C library or the instrument is another one: each chooses
/// other instructions. On another processor whole loops differ, and counts cannot be judged.
const FOREIGN_TOLERANCE: f64 = 10.0;

/// All counts of now, with the known ones.
pub(super) struct Comparison {
    rows: Vec<Row>,
    /// The differences of the origins.
    differences: Vec<String>,
    /// In percent; `None` if counts cannot be judged.
    tolerance: Option<f64>,
}

struct Row {
    name: String,
    counted: Option<u64>,
    known: Option<u64>,
}

impl Comparison {
    /// Compares with a known ledger. Without one every count is new.
    pub(super) fn new(counted: &Ledger, known: Option<&Ledger>) -> Self {
        let now = counted.instructions.iter().map(|(name, count)| Row {
            name: name.clone(),
            counted: Some(*count),
            known: known.and_then(|known| known.of(name)),
        });
        let gone = known.into_iter().flat_map(|known| &known.instructions);
        let gone = gone.filter(|(name, _)| counted.of(name).is_none());
        let gone = gone.map(|(name, count)| Row { name: name.clone(), counted: None, known: Some(*count) });
        let differences = known.map(|known| counted.origin.differences(&known.origin)).unwrap_or_default();
        let tolerance = match known {
            Some(known) if known.origin.cpu != counted.origin.cpu => None,
            Some(_) if !differences.is_empty() => Some(FOREIGN_TOLERANCE),
            _ => Some(TOLERANCE),
        };
        Self { rows: now.chain(gone).collect(), differences, tolerance }
    }

    /// A sentence for each function that has moved by more than the tolerance, or that came or
    /// went. Functions that came or went did so on every processor.
    pub(super) fn moved(&self) -> Vec<String> {
        self.rows.iter().filter_map(|row| row.verdict(self.tolerance)).collect()
    }
}

impl Row {
    fn verdict(&self, tolerance: Option<f64>) -> Option<String> {
        let name = &self.name;
        let tolerance = tolerance.unwrap_or(f64::INFINITY);
        match self.change() {
            Some(change) if change > tolerance => Some(format!("{name}: {change:.1} % more")),
            Some(change) if change < -tolerance => Some(format!("{name}: {:.1} % less", -change)),
            Some(_) => None,
            None if self.known.is_none() => Some(format!("{name}: not known yet")),
            None => Some(format!("{name}: not counted any more")),
        }
    }

    /// The change, in percent of the known count.
    fn change(&self) -> Option<f64> {
        let (counted, known) = (self.counted? as f64, self.known? as f64);
        Some((counted - known) / known * 100.0)
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
        writeln!(f, "{:width$}  {:>12}  {:>12}  {:>8}", "one call of", "instructions", "known", "change")?;
        for row in &self.rows {
            let count = |count: Option<u64>| count.map_or_else(|| "-".to_owned(), |count| count.to_string());
            let change = row.change().map_or_else(String::new, |change| format!("{change:+.1} %"));
            let (counted, known) = (count(row.counted), count(row.known));
            writeln!(f, "{:width$}  {counted:>12}  {known:>12}  {change:>8}", row.name)?;
        }
        match self.tolerance {
            Some(tolerance) => write!(f, "tolerated: {tolerance} %")?,
            None => write!(f, "not judged")?,
        }
        if !self.differences.is_empty() {
            write!(f, ", as the known counts come from elsewhere: {}", self.differences.join("; "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::origin::Origin;
    use super::*;

    fn ledger(rustc: &str, counts: &[(&str, u64)]) -> Ledger {
        let (valgrind, libc, cpu) = ("v".to_owned(), "c".to_owned(), "x86_64 avx2".to_owned());
        let origin = Origin { rustc: rustc.to_owned(), valgrind, libc, cpu };
        Ledger {
            origin,
            instructions: counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect(),
        }
    }

    fn moved(counted: Ledger, known: Ledger) -> Vec<String> {
        Comparison::new(&counted, Some(&known)).moved()
    }

    #[test]
    fn within_the_tolerance_nothing_has_moved() {
        let known = ledger("1", &[("a", 1000), ("b", 1000)]);
        assert!(moved(ledger("1", &[("a", 1030), ("b", 970)]), known).is_empty());
    }

    #[test]
    fn more_and_less_than_the_tolerance_has_moved() {
        let known = ledger("1", &[("a", 1000), ("b", 1000), ("c", 1000)]);
        let counted = ledger("1", &[("a", 1031), ("b", 1000), ("c", 969)]);
        assert_eq!(moved(counted, known), ["a: 3.1 % more", "c: 3.1 % less"]);
    }

    #[test]
    fn another_compiler_is_tolerated_more_and_named() {
        let known = ledger("1", &[("a", 1000), ("b", 1000)]);
        let counted = ledger("2", &[("a", 1099), ("b", 1101)]);
        let comparison = Comparison::new(&counted, Some(&known));
        assert_eq!(comparison.moved(), ["b: 10.1 % more"]);
        assert!(
            comparison
                .to_string()
                .ends_with("tolerated: 10 %, as the known counts come from elsewhere: 2 here, 1 there")
        );
    }

    #[test]
    fn another_processor_is_not_judged() {
        let known = ledger("1", &[("a", 1000)]);
        let mut counted = ledger("1", &[("a", 9000)]);
        counted.origin.cpu = "x86_64".to_owned();
        let comparison = Comparison::new(&counted, Some(&known));
        assert!(comparison.moved().is_empty());
        let note = "not judged, as the known counts come from elsewhere: x86_64 here, x86_64 avx2 there";
        assert!(comparison.to_string().ends_with(note));
    }

    #[test]
    fn what_comes_and_what_goes_has_moved() {
        let known = ledger("1", &[("a", 1)]);
        let counted = ledger("1", &[("b", 1)]);
        assert_eq!(moved(counted, known), ["b: not known yet", "a: not counted any more"]);
    }

    #[test]
    fn what_comes_and_what_goes_is_told_on_another_processor_too() {
        let known = ledger("1", &[("a", 1), ("c", 1)]);
        let mut counted = ledger("1", &[("b", 1), ("c", 9)]);
        counted.origin.cpu = "x86_64".to_owned();
        assert_eq!(moved(counted, known), ["b: not known yet", "a: not counted any more"]);
    }

    #[test]
    fn without_known_counts_everything_is_new() {
        let comparison = Comparison::new(&ledger("1", &[("a", 1)]), None);
        assert_eq!(comparison.moved(), ["a: not known yet"]);
    }
}
