//! `cargo xtask test`: runs every test, and counts them in one line.

mod node;
mod rust;
mod tally;

use std::process::ExitCode;

use anyhow::Result;
use nws_tools::lab;

use crate::build;
use tally::Tally;

/// Installs what the tests need, builds everything, and runs all tests: Rust, npm package, browser,
/// demos, installed package.
///
/// The last line is `N passed, N failed`. A part that cannot run counts as one failure.
#[derive(clap::Args)]
pub(crate) struct Test {}

impl Test {
    pub(crate) fn start(self) -> ExitCode {
        let parts = [
            count("build", prepare()),
            count("lab", lab::need().map(|()| Tally::default())),
            count("Rust tests", rust::unit()),
            count("doc tests", rust::doc()),
            count("npm package", node::package()),
            count("browser tests", node::browser()),
            count("demos", node::demos()),
            count("installed package", node::installed()),
        ];
        let total: Tally = parts.into_iter().sum();
        println!("{total}");
        if total.is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
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
