//! `cargo xtask test`: runs every test, or those of some parts, and counts them in one line.

mod dist;
mod emulated;
mod node;
mod rust;
mod tally;

use std::process::ExitCode;

use anyhow::Result;
use clap::ValueEnum;
use nws_tools::lab;

use crate::build;
use tally::Tally;

/// Installs what the tests need, builds everything, and runs all tests, or those of the parts that
/// are named. The tests of what is released only run when `dist` is named.
///
/// The last line is `N passed, N failed`. A part that cannot run counts as one failure.
#[derive(clap::Args)]
pub(crate) struct Test {
    /// Runs only this part; several may be named.
    #[arg(value_enum, value_name = "PART")]
    parts: Vec<Part>,
    /// Also builds what is released for ARM and macOS, and runs what QEMU can run of it.
    #[arg(long)]
    all: bool,
}

/// Tests that have one runner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// All in Rust except the doc tests; on Linux with the lab, which needs root.
    Rust,
    /// The examples in the documentation of the crates.
    Doc,
    /// The npm package in Chromium.
    Package,
    /// Pages and the console in Chromium, on one machine and on several of the lab.
    Browser,
    /// The demos in Chromium, on one machine and on several of the lab.
    Demos,
    /// The packed npm package in all places where it has to work.
    Installed,
    /// What is released for Linux and Windows: built, installed, run and removed.
    Dist,
}

impl Test {
    pub(crate) fn start(self) -> ExitCode {
        if self.all && !self.has(Part::Dist) {
            eprintln!("error: --all belongs to the part dist: `cargo xtask test dist --all`");
            return ExitCode::FAILURE;
        }
        let (chosen, others): (Vec<_>, Vec<_>) =
            Part::value_variants().iter().copied().partition(|part| self.has(*part));
        let mut total = count("build", prepare());
        if chosen.iter().any(|part| part.needs_lab()) {
            total += count("lab", lab::need().map(|()| Tally::default()));
        }
        for part in chosen {
            total += count(part.title(), part.run(self.all));
        }
        if !others.is_empty() {
            let others = others.iter().filter_map(Part::to_possible_value);
            let names: Vec<String> = others.map(|part| part.get_name().to_owned()).collect();
            println!("NOT RUN, as it was not asked for: cargo xtask test {}", names.join(" "));
        }
        println!("{total}");
        if total.is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// Gives whether a part is to run: without a name all are but what is released, which takes as
    /// long as all others together.
    fn has(&self, part: Part) -> bool {
        if self.parts.is_empty() { part != Part::Dist } else { self.parts.contains(&part) }
    }
}

impl Part {
    fn title(self) -> &'static str {
        match self {
            Self::Rust => "Rust tests",
            Self::Doc => "doc tests",
            Self::Package => "npm package",
            Self::Browser => "browser tests",
            Self::Demos => "demos",
            Self::Installed => "installed package",
            Self::Dist => "what is released",
        }
    }

    fn run(self, all: bool) -> Result<Tally> {
        match self {
            Self::Rust => rust::unit(),
            Self::Doc => rust::doc(),
            Self::Package => node::package(),
            Self::Browser => node::browser(),
            Self::Demos => node::demos(),
            Self::Installed => node::installed(),
            Self::Dist => dist::released(all),
        }
    }

    /// Gives whether tests of this part run in network namespaces. Those in Rust are compiled on
    /// Linux only.
    fn needs_lab(self) -> bool {
        match self {
            Self::Rust => cfg!(target_os = "linux"),
            Self::Browser | Self::Demos => true,
            Self::Doc | Self::Package | Self::Installed | Self::Dist => false,
        }
    }
}

fn count(name: &str, outcome: Result<Tally>) -> Tally {
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {name}: {error:#}");
        Tally::broken()
    })
}

fn prepare() -> Result<Tally> {
    build::bundle(true)?;
    build::proxy(false)?;
    Ok(Tally::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_name_every_part_runs_but_what_is_released() {
        let all = Test { parts: Vec::new(), all: false };
        let (run, left): (Vec<_>, Vec<_>) =
            Part::value_variants().iter().copied().partition(|part| all.has(*part));
        assert_eq!((run.len(), left), (6, vec![Part::Dist]));
        let two = Test { parts: vec![Part::Doc, Part::Rust], all: false };
        assert!(two.has(Part::Rust) && two.has(Part::Doc) && !two.has(Part::Browser));
    }
}
