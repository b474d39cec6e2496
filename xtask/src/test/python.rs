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
    let run = pytest.env("NWS_PROXY", proxy).watch(|line| tally += summary(line));
    tally.after(run)
}

/// The counts in the last line of pytest: `2 failed, 171 passed in 20.45s`.
fn summary(line: &str) -> Tally {
    let Some((counts, _)) = line.trim_matches(['=', ' ']).split_once(" in ") else { return Tally::default() };
    let mut tally = Tally::default();
    for part in counts.split(", ") {
        match part.split_once(' ').map(|(number, what)| (number.parse(), what)) {
            Some((Ok(number), "passed")) => tally.passed = number,
            Some((Ok(number), "failed" | "error" | "errors")) => tally.failed += number,
            _ => {}
        }
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_has_the_counts() {
        let of = |line| {
            let Tally { passed, failed } = summary(line);
            (passed, failed)
        };
        assert_eq!(of("173 passed in 23.10s"), (173, 0));
        assert_eq!(of("1 failed, 171 passed, 2 errors in 20.45s"), (171, 3));
        assert_eq!(of("tests/test_files.py ..... in the middle"), (0, 0));
    }
}
