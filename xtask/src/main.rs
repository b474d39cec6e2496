//! The project's own commands: `cargo xtask --help`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command that people run in a terminal")]

mod bench;
mod build;
mod changelog;
mod check;
mod dist;
mod instructions;
mod package;
mod pictures;
mod release;
mod run;
mod test;
mod toolchain;
mod version;

use std::process::ExitCode;

use clap::Parser;

/// Builds, runs, tests, checks and measures Network Web Sockets.
///
/// `cargo xtask` is an alias that `.cargo/config.toml` defines. It works anywhere in the checkout.
/// A command installs what it needs if it can, and otherwise names it.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", version)]
enum Task {
    Run(run::Run),
    Build(build::Build),
    Test(test::Test),
    Check(check::Check),
    Bench(bench::Bench),
    Dist(dist::Dist),
    Instructions(instructions::Instructions),
    Pictures(pictures::Pictures),
    Release(release::Release),
    Notes(release::Notes),
}

fn main() -> ExitCode {
    let outcome = match Task::parse() {
        Task::Run(task) => task.start(),
        Task::Build(task) => task.start(),
        Task::Test(task) => return task.start(),
        Task::Check(task) => task.start(),
        Task::Bench(task) => task.start(),
        Task::Dist(task) => task.start(),
        Task::Instructions(task) => task.start(),
        Task::Pictures(task) => task.start(),
        Task::Release(task) => task.start(),
        Task::Notes(task) => task.start(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
