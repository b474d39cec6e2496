//! The command `nws`.

#![forbid(unsafe_code)]

mod allocator;
mod cli;
mod logging;

use std::future::Future;
use std::io::{self, Write};
use std::process::ExitCode;

use nws_proxy::{Config, Listeners};
use tokio::runtime::{Builder, LocalOptions};
use tokio::signal::unix::{SignalKind, signal};

use cli::{Cli, Fault, Usage};

fn main() -> ExitCode {
    let (config, log_format) = match Cli::resolve() {
        Ok(resolved) => resolved,
        Err(Fault::Usage(Usage(reason))) => return fail(2, &reason),
        Err(Fault::Help(help)) => {
            // Standard output is closed: no one reads the help.
            let _ = help.print();
            return ExitCode::SUCCESS;
        }
    };
    logging::start(log_format);
    match serve(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(1, &format!("{error:#}")),
    }
}

fn serve(config: Config) -> anyhow::Result<()> {
    block_on(async {
        let listeners = Listeners::bind(&config)?;
        nws_proxy::confine(&config);
        allocator::give_back();
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let shutdown = async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        };
        // Connections wait in the backlog until `run` accepts them.
        if let Err(error) = io::stdout().write_all(listeners.to_string().as_bytes()) {
            tracing::warn!(%error, "cannot write the line with the address to standard output");
        }
        nws_proxy::run(config, listeners, shutdown).await?;
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
    // Standard error is closed: no one reads the reason.
    let _ = writeln!(io::stderr(), "nws: {reason}");
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
