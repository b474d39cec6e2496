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
mod vectors;
mod version;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Parser;
use nws_tools::checkout;

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
    Vectors(vectors::Vectors),
}

fn main() -> ExitCode {
    let task = Task::parse();
    if let Err(error) = need_plain_target(&checkout::target()) {
        eprintln!("error: {error}");
        return ExitCode::FAILURE;
    }
    let outcome = match task {
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
        Task::Vectors(task) => task.start(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Fails where the proxy cannot be compiled on Linux: the `configure` of jemalloc takes no path with
/// a space.
fn need_plain_target(target: &Path) -> Result<()> {
    let has_space = target.as_os_str().as_encoded_bytes().iter().any(u8::is_ascii_whitespace);
    ensure!(
        !(cfg!(target_os = "linux") && has_space),
        "jemalloc cannot be built in a folder whose path has a space, and the target folder is {}: let \
         CARGO_TARGET_DIR name another one",
        target.display(),
    );
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_target_folder_with_a_space_is_named() {
        assert!(need_plain_target(Path::new("/home/größe/target")).is_ok());
        let refused = need_plain_target(Path::new("/home/my work/target")).unwrap_err().to_string();
        assert!(refused.contains("the target folder is /home/my work/target"), "{refused}");
    }
}
