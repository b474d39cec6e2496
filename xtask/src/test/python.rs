//! Runs the tests of the Python package on this machine's Python.

use std::path::Path;

use anyhow::Result;
use nws_tools::{Step, python};

use super::tally::Tally;

/// The folder of the package.
const FOLDER: &str = "python";

/// Runs pytest, with the proxy that is tested.
pub(crate) fn package(proxy: &Path) -> Result<Tally> {
    let environment = python::project(FOLDER)?;
    let pytest = Step::new(python::program(&environment, "pytest")).dir(FOLDER).words("-q --color no");
    let mut tally = Tally::default();
    let run = pytest.env("NWS_PROXY", proxy).watch(|line| tally = summary(line).unwrap_or(tally));
    tally.after(run)
}

/// The counts in the last line of pytest: `2 failed, 171 passed in 20.45s`.
fn summary(line: &str) -> Option<Tally> {
    let (counts, duration) = line.trim_matches(['=', ' ']).split_once(" in ")?;
    duration.split_once('s')?.0.parse::<f64>().ok()?;
    let mut tally = Tally::default();
    for part in counts.split(", ") {
        match part.split_once(' ').map(|(number, what)| (number.parse(), what)) {
            Some((Ok(number), "passed")) => tally.passed = number,
            Some((Ok(number), "failed" | "error" | "errors")) => tally.failed += number,
            _ => {}
        }
    }
    Some(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_has_the_counts() {
        let of = |line| summary(line).map(|Tally { passed, failed }| (passed, failed));
        assert_eq!(of("173 passed in 23.10s"), Some((173, 0)));
        assert_eq!(of("1 failed, 171 passed, 2 errors in 20.45s"), Some((171, 3)));
        assert_eq!(of("2 failed in transit"), None);
        assert_eq!(of("12 passed in 61.30s (0:01:01)"), Some((12, 0)));
    }
}
