//! Tells where the CPU time of a server goes, with `perf`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use nws_tools::Step;

use crate::kept;

/// Says how to get profiles.
pub(crate) const MISSING: &str = "no profiles: `perf` does not run here. On Debian it comes with \
                                  `apt install linux-perf`, and it needs root";
/// Samples a second: many for a run of a second, and in no rhythm with the timers of a server.
const FREQUENCY: &str = "997";

/// A recording of one server.
pub(crate) struct Recording {
    pid: u32,
    file: PathBuf,
}

/// Gives whether `perf` runs here.
pub(crate) fn is_possible() -> bool {
    Step::new("perf").arg("--version").succeeds()
}

impl Recording {
    pub(crate) fn of(pid: u32) -> Result<Self> {
        Ok(Self { pid, file: kept::folder()?.join("perf.data") })
    }

    /// Starts a program. The server is recorded until that has ended.
    pub(crate) fn command(&self, program: &Path) -> Command {
        // The clock is there in virtual machines too, where counters of the processor may not be.
        let mut command = Command::new("perf");
        command.args(["record", "--quiet", "--event", "cpu-clock", "--freq", FREQUENCY]);
        command.args(["--pid", &self.pid.to_string(), "--output"]).arg(&self.file);
        command.arg("--").arg(program);
        command
    }

    /// The functions that took the most time, the first of them. `[k]` marks those of the kernel.
    pub(crate) fn lines(&self, count: usize) -> Result<Vec<String>> {
        let report =
            Step::new("perf").words("report --quiet --stdio --fields overhead,sym --input").arg(&self.file);
        let text = report.unannounced().read().context("no profile")?;
        Ok(first_lines(&text, count))
    }
}

fn first_lines(report: &str, count: usize) -> Vec<String> {
    let lines = report.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.take(count).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_begins_behind_its_comments() {
        let report =
            "# Overhead  Symbol\n#\n    41.02%  [k] copy\n     2.00%  [.] a::b\n\n     1.00%  [.] c\n";
        assert_eq!(first_lines(report, 2), ["41.02%  [k] copy", "2.00%  [.] a::b"]);
    }
}
