//! `cargo xtask dist`: builds what is released, from one checkout, in one run.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command that people run in a terminal")]

mod archive;
mod bill;
mod binary;
mod channels;
mod crates;
mod documents;
mod inspect;
mod library;
mod linux;
mod npm;
mod release;
mod script;
mod signing;
mod sums;
mod target;
mod templates;
mod tools;
mod twice;
mod wheel;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use library::Library;
use release::Release;
use signing::SigningKey;
use target::{TARGETS, Target};
use tools::Tools;

/// Builds what is released, into `dist/` in the target folder: archives, packages of Debian, RPM,
/// npm, PyPI and crates.io, and checksums.
///
/// The tools that this needs go to `dist-work/tools` in the target folder, in fixed versions. Rust,
/// a C compiler, git, Node.js and Python 3.10 or later have to be there.
#[derive(Parser)]
#[command(bin_name = "cargo xtask dist")]
struct Dist {
    /// A platform to build for; repeatable. By default, Linux and Windows on x86-64.
    #[arg(long, value_name = "TRIPLE")]
    target: Vec<Target>,
    /// Builds for every platform.
    #[arg(long, conflicts_with = "target")]
    all: bool,
    /// Builds the last commit again in another folder, and fails if a file differs.
    #[arg(long)]
    check: bool,
    /// Builds nothing: signs what the last run has built. So no tool sees the release key.
    #[arg(long, conflicts_with = "check")]
    sign: bool,
}

fn main() -> ExitCode {
    match Dist::parse().start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

impl Dist {
    fn start(self) -> Result<()> {
        let release = Release::new(self.targets())?;
        let key = SigningKey::of_this_run()?;
        if self.sign {
            return sign(&release, &key);
        }
        if self.check {
            twice::need_commit()?;
        }
        let tools = Tools::need()?;
        let libraries = release.targets.iter().map(|target| Library::need(*target));
        // All of them first: so a missing one shows at once, and not after an hour.
        let libraries = libraries.collect::<Result<Vec<_>>>()?;
        release::emptied(release::released())?;
        binary::carried()?;
        for (target, library) in release.targets.iter().zip(libraries) {
            binary::build(&release, &tools, *target, library)?;
        }
        documents::make(&release, &tools)?;
        archive::make(&release)?;
        bill::make(&release, &tools)?;
        for target in &release.targets {
            linux::make(&release, &tools, *target)?;
        }
        npm::make(&release)?;
        wheel::make(&release, &tools)?;
        crates::make(&release)?;
        channels::make(&release)?;
        sign(&release, &key)?;
        println!("built into {}", release::released().display());
        if self.check { twice::check(&release) } else { Ok(()) }
    }

    fn targets(&self) -> Vec<Target> {
        match (self.all, self.target.as_slice()) {
            (true, _) => TARGETS.into(),
            (false, []) => Target::usual(),
            (false, chosen) => chosen.into(),
        }
    }
}

/// Makes what depends on the key.
fn sign(release: &Release, key: &SigningKey) -> Result<()> {
    script::make(release, key)?;
    sums::make(release, key)
}
