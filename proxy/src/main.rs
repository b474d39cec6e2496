//! The command `nws`.

#![forbid(unsafe_code)]

mod cli;
mod logging;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use nws_proxy::{Config, Listeners};
use tokio::runtime::{Builder, LocalOptions};
use tokio::signal::unix::{SignalKind, signal};

use cli::{Cli, Usage};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => return fail(2, &Usage::from_clap(&error).0),
        Err(help) => {
            // Where standard output is closed there is nobody to help.
            let _ = help.print();
            return ExitCode::SUCCESS;
        }
    };
    let (config, log_format) = match cli.resolve() {
        Ok(resolved) => resolved,
        Err(Usage(reason)) => return fail(2, &reason),
    };
    logging::start(log_format);
    match serve(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(1, &format!("{error:#}")),
    }
}

fn serve(config: Config) -> anyhow::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default())?;
    runtime.block_on(async {
        let listeners = Listeners::bind(&config)?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let shutdown = async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        };
        // Connections wait in the backlog until `run` accepts them.
        writeln!(std::io::stdout(), "listening on http://localhost:{}/", listeners.port())?;
        nws_proxy::run(config, listeners, shutdown).await?;
        Ok(())
    })
}

fn fail(status: u8, reason: &str) -> ExitCode {
    // Where standard error is closed there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "nws: {reason}");
    ExitCode::from(status)
}
