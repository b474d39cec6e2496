//! The command `nws`.

#![forbid(unsafe_code)]

mod allocator;
mod cli;
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enums of the client may grow, and each command heeds a few of their variants"
)]
mod command;
mod logging;
mod readiness;
mod service;
mod sites;
mod stop;

use std::future::Future;
use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context as _;
use clap_complete::Shell;
use nws_proxy::{Config, Listeners, Notices};
use serde_json::json;
use tokio::runtime::{Builder, LocalOptions};

use cli::{Cli, Fault, Task, Usage};
use command::ReportArgs;

fn main() -> ExitCode {
    match Cli::resolve() {
        Ok(task) => perform(task),
        Err(fault) => refuse(fault),
    }
}

fn perform(task: Task) -> ExitCode {
    let done = match task {
        Task::Run(config, log_format) => {
            let notices = logging::start(log_format);
            serve(*config, notices).map(|()| ExitCode::SUCCESS)
        }
        Task::Service(task) => match service::perform(task) {
            Err(service::Error::Fault(fault)) => return refuse(fault),
            done => done.map_err(anyhow::Error::from),
        },
        Task::Backbone(task) => sites::perform(&task),
        Task::Command(task) => return command::perform(&task),
        Task::Completions(shell, report) => done(complete(shell, &report), "the completions"),
        Task::Man(folder) => done(cli::man_pages(&folder), &format!("pages into {}", folder.display())),
    };
    done.unwrap_or_else(|error| fail(1, &format!("{error:#}")))
}

fn complete(shell: Shell, report: &ReportArgs) -> io::Result<()> {
    if !report.is_json() {
        return cli::completions(shell, &mut io::stdout());
    }
    let mut script = Vec::new();
    cli::completions(shell, &mut script)?;
    let script = String::from_utf8_lossy(&script);
    let members = json!({ "shell": shell.to_string(), "script": script });
    writeln!(io::stdout(), "{}", command::object("completions", &members))?;
    command::end(0, None);
    Ok(())
}

fn done(written: io::Result<()>, what: &str) -> anyhow::Result<ExitCode> {
    written.with_context(|| format!("cannot write {what}"))?;
    Ok(ExitCode::SUCCESS)
}

fn refuse(fault: Fault) -> ExitCode {
    match fault {
        Fault::Usage(Usage(reason)) => fail(2, &reason),
        Fault::Help(help) => {
            // Standard output is closed: no one reads the help.
            let _ = help.print();
            ExitCode::SUCCESS
        }
    }
}

fn serve(config: Config, notices: Notices) -> anyhow::Result<()> {
    let config = config.recall();
    block_on(async {
        let listeners = Listeners::bind(&config)?;
        nws_proxy::confine(&config);
        allocator::give_back();
        let shutdown = stop::asked()?;
        // Connections wait in the backlog until `run` accepts them.
        if let Err(error) = io::stdout().write_all(listeners.to_string().as_bytes()) {
            tracing::warn!(%error, "cannot write the line with the address to standard output");
        }
        readiness::listening();
        nws_proxy::run(config, listeners, notices, shutdown).await?;
        Ok(())
    })?
}

/// Runs `future` to its end, and does not wait for other tasks: the lookup of a name in the system
/// may take any time.
fn block_on<F: Future>(future: F) -> io::Result<F::Output> {
    let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default())?;
    let output = runtime.block_on(future);
    runtime.shutdown_background();
    Ok(output)
}

fn fail(status: u8, reason: &str) -> ExitCode {
    command::complain(reason);
    command::end(status, Some(reason));
    readiness::failed(reason);
    ExitCode::from(status)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_name_that_is_still_looked_up_is_not_waited_for() {
        let (_answer, asked) = mpsc::sync_channel::<()>(0);
        let (ended, end) = mpsc::sync_channel(1);
        std::thread::spawn(move || {
            let (begun, beginning) = tokio::sync::oneshot::channel();
            let looking_up = async {
                tokio::task::spawn_blocking(move || {
                    let _ = begun.send(());
                    asked.recv()
                });
                beginning.await
            };
            ended.send(block_on(looking_up))
        });
        end.recv_timeout(Duration::from_secs(30)).unwrap().unwrap().unwrap();
    }
}
