//! Checks that twice as much of what others decide about costs about twice the work.

use std::fmt;

use anyhow::{Context, Result};
use nws_tools::{Step, checkout};
use rayon::prelude::*;

use super::callgrind;

/// How many times as much work twice the size may cost. Growing tables and deeper trees take some
/// more. A search for each among all takes four times.
const RATIO_MAX: f64 = 2.5;

/// All kinds of work, each in both sizes.
pub(super) struct Growths(Vec<Row>);

struct Row {
    name: String,
    size: u64,
    /// Instructions for this size, and for twice this size.
    counts: [u64; 2],
}

impl Growths {
    pub(super) fn count() -> Result<Self> {
        let list = Step::new(checkout::program("nws-micro", true)).arg("growth").read()?;
        let lines: Vec<&str> = list.lines().collect();
        lines.into_par_iter().map(Row::count).collect::<Result<_>>().map(Self)
    }

    /// A sentence for each kind of work that grows too fast.
    pub(super) fn too_fast(&self) -> Vec<String> {
        let too_fast = self.0.iter().filter(|row| row.ratio() > RATIO_MAX);
        too_fast.map(|row| format!("{}: {:.2} times the work", row.name, row.ratio())).collect()
    }
}

impl Row {
    /// Counts the work that one line of the list names.
    fn count(line: &str) -> Result<Self> {
        let (size, name) = line.split_once(' ').with_context(|| format!("no size in {line:?}"))?;
        let size: u64 = size.parse().with_context(|| format!("no size in {line:?}"))?;
        let count = |size: u64| callgrind::total_of(&["growth", name, &size.to_string()]);
        Ok(Self { name: name.to_owned(), size, counts: [count(size)?, count(2 * size)?] })
    }

    fn ratio(&self) -> f64 {
        self.counts[1] as f64 / self.counts[0] as f64
    }
}

impl fmt::Display for Growths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.0.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
        writeln!(
            f,
            "{:width$}  {:>6}  {:>12}  {:>12}  {:>5}",
            "", "of", "instructions", "of twice", "ratio"
        )?;
        for row in &self.0 {
            let [one, two] = row.counts;
            writeln!(f, "{:width$}  {:>6}  {one:>12}  {two:>12}  {:>5.2}", row.name, row.size, row.ratio())?;
        }
        write!(f, "tolerated: {RATIO_MAX} times the work for twice the size")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_four_times_as_much_is_too_fast() {
        let row = |name: &str, counts| Row { name: name.to_owned(), size: 10, counts };
        let growths = Growths(vec![row("linear", [1000, 2100]), row("search", [1000, 4000])]);
        assert_eq!(growths.too_fast(), ["search: 4.00 times the work"]);
    }
}
