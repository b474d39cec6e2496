//! Runs callgrind of Valgrind, which counts the instructions of one hot function.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use nws_tools::{Step, checkout};

/// Calls of each function. They are enough that rare work, such as the growth of a table, counts by
/// its share, and so few that all functions take less than a minute.
const CALLS: u64 = 100;

/// The function of nws-micro in which callgrind counts, in either form of its symbol.
const COLLECTED: &str = "*nws_micro*counted*";

/// Keeps glibc from copying with `rep movsb`, where every byte would count as an instruction.
const TUNABLES: (&str, &str) = ("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-ERMS");

const MISSING: &str = "valgrind is missing: install it from your distribution (it exists for Linux, and for few \
                       versions of macOS)";

/// Installs valgrind if that is possible without asking the user.
pub(crate) fn need() -> Result<()> {
    if is_here() {
        return Ok(());
    }
    nws_tools::install("valgrind").context(MISSING)
}

/// Instructions of one call of the hot function.
pub(super) fn count(name: &str) -> Result<u64> {
    Ok(total_of(&[name, &CALLS.to_string()])? / CALLS)
}

/// Instructions that nws-micro executes with these arguments. Several may be counted at a time.
pub(super) fn total_of(arguments: &[&str]) -> Result<u64> {
    let folder = tempfile::Builder::new().prefix("nws-callgrind-").tempdir()?;
    let [out, log] = ["out", "log"].map(|name| folder.path().join(name));
    let valgrind = Step::new("valgrind").arg("--tool=callgrind").arg(format!("--toggle-collect={COLLECTED}"));
    let valgrind = valgrind.arg(file("--callgrind-out-file=", &out)).arg(file("--log-file=", &log));
    let valgrind = valgrind.env(TUNABLES.0, TUNABLES.1);
    let program = valgrind.arg(checkout::program("nws-micro", true));
    let program = arguments.iter().fold(program, |program, argument| program.arg(argument));
    program.read().with_context(|| last_words(&log))?;
    let what = arguments.join(" ");
    let profile = fs::read_to_string(&out).with_context(|| format!("no profile of {what}"))?;
    total(&profile).with_context(|| format!("nothing was counted of {what}"))
}

fn is_here() -> bool {
    Step::new("valgrind").arg("--version").succeeds()
}

fn file(option: &str, path: &Path) -> std::ffi::OsString {
    let mut argument = std::ffi::OsString::from(option);
    argument.push(path);
    argument
}

fn last_words(log: &Path) -> String {
    let log = fs::read_to_string(log).unwrap_or_default();
    log.lines().next_back().unwrap_or_default().to_owned()
}

/// The sum in a callgrind profile; `None` if it is zero, as then the counted function was not
/// found.
fn total(profile: &str) -> Option<u64> {
    let total = profile.lines().find_map(|line| line.strip_prefix("totals: "))?;
    total.trim().parse().ok().filter(|&total| total > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_tells_its_sum() {
        assert_eq!(total("events: Ir\nfn=(1) counted\n1 7\n\ntotals: 1234\n"), Some(1234));
        assert_eq!(total("events: Ir\ntotals: 0\n"), None);
    }
}
