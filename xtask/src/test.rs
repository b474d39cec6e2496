//! `cargo xtask test`: runs every test, or those of some parts, and counts them in one line.

mod conformance;
mod dist;
mod emulated;
mod node;
mod python;
mod rust;
mod tally;

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use anyhow::{Context, Result};
use clap::ValueEnum;
use nws_tools::{Begun, checkout, lab};

use crate::build;
use tally::Tally;

/// Installs what the tests need, builds everything, and runs all tests, or those of the parts that
/// are named. Those of what is released, and of the example with matchbox, need Linux, and are left out
/// elsewhere.
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
    /// Tests this proxy, such as one that `cargo xtask dist` has built, and not one that is built
    /// for developers. It has to be of the same commit.
    #[arg(long, value_name = "PATH")]
    proxy: Option<PathBuf>,
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
    /// The Python package, on the Python of this machine.
    Python,
    /// The example with matchbox, on two machines of the lab.
    Matchbox,
    /// Every client against the same vectors, and the same scenarios with real proxies.
    Conformance,
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
        let proxy = match self.proxy() {
            Ok(proxy) => proxy,
            Err(error) => {
                eprintln!("error: {error:#}");
                return ExitCode::FAILURE;
            }
        };
        let mut total = count("build", self.prepare());
        if chosen.iter().any(|part| part.needs_lab()) {
            total += count("lab", lab::need().map(|()| Tally::default()));
        }
        let mut release = self.begin_release(&chosen);
        for part in chosen {
            total += count(part.title(), part.run(&proxy, self.all, &mut release));
        }
        if !others.is_empty() {
            let others = others.iter().filter_map(Part::to_possible_value);
            let names: Vec<String> = others.map(|part| part.get_name().to_owned()).collect();
            println!("NOT RUN: cargo xtask test {}", names.join(" "));
        }
        println!("{total}");
        if total.is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// Gives whether a part is to run: without a name all that this system can run.
    fn has(&self, part: Part) -> bool {
        if self.parts.is_empty() {
            !matches!(part, Part::Dist | Part::Matchbox) || cfg!(target_os = "linux")
        } else {
            self.parts.contains(&part)
        }
    }

    /// The proxy that is tested.
    fn proxy(&self) -> Result<PathBuf> {
        match &self.proxy {
            None => Ok(checkout::program("nws", false)),
            Some(path) => path.canonicalize().with_context(|| format!("cannot find {}", path.display())),
        }
    }

    /// Begins to build what is released, if other parts run meanwhile. Where these test what was released
    /// before, it has to stay as it is.
    fn begin_release(&self, chosen: &[Part]) -> Option<Begun> {
        if self.proxy.is_some() || !chosen.contains(&Part::Dist) || chosen.len() == 1 {
            return None;
        }
        let begun = dist::begin(self.all);
        begun.inspect_err(|error| eprintln!("error: {error:#}")).ok()
    }

    fn prepare(&self) -> Result<Tally> {
        build::bundle(true)?;
        if self.proxy.is_none() {
            build::proxy(false)?;
        }
        Ok(Tally::default())
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
            Self::Python => "Python package",
            Self::Matchbox => "example with matchbox",
            Self::Conformance => "conformance of clients",
            Self::Dist => "what is released",
        }
    }

    fn run(self, proxy: &Path, all: bool, release: &mut Option<Begun>) -> Result<Tally> {
        match self {
            Self::Rust => rust::unit(proxy),
            Self::Doc => rust::doc(proxy),
            Self::Package => node::package(proxy),
            Self::Browser => node::browser(proxy),
            Self::Demos => node::demos(proxy),
            Self::Installed => node::installed(proxy),
            Self::Python => python::package(proxy),
            Self::Matchbox => rust::matchbox(proxy),
            Self::Conformance => conformance::clients(proxy),
            Self::Dist => dist::released(proxy, all, release.take()),
        }
    }

    /// Gives whether tests of this part run in network namespaces. Those in Rust are compiled on
    /// Linux only.
    fn needs_lab(self) -> bool {
        match self {
            Self::Rust | Self::Matchbox => cfg!(target_os = "linux"),
            Self::Browser | Self::Demos => true,
            Self::Doc | Self::Package | Self::Installed | Self::Python | Self::Conformance | Self::Dist => {
                false
            }
        }
    }
}

/// How many files of tests in browsers run at a time. Tests in Rust wait for something most of the
/// time, so one more of them runs.
fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

fn count(name: &str, outcome: Result<Tally>) -> Tally {
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {name}: {error:#}");
        Tally::broken()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn without_a_name_every_part_runs() {
        let all = Test { parts: Vec::new(), all: false, proxy: None };
        assert!(Part::value_variants().iter().all(|part| all.has(*part)));
    }

    #[test]
    fn only_parts_that_are_named_run() {
        let two = Test { parts: vec![Part::Doc, Part::Rust], all: false, proxy: None };
        assert!(two.has(Part::Rust) && two.has(Part::Doc) && !two.has(Part::Browser));
    }
}
