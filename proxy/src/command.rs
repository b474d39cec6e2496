//! The commands that use a proxy: peers of a channel, `nws status`, `nws console` and `nws doctor`.
//!
//! Data alone goes to standard output, and everything else to standard error. docs/command.md
//! describes them.

mod ask;
mod cheat;
mod colors;
mod console;
mod doctor;
mod files;
mod input;
mod join;
mod listen;
mod message;
mod output;
mod peers;
mod pipe;
mod progress;
mod report;
mod rtt;
mod send;
mod session;
mod status;
mod stop;
mod table;

use std::process::ExitCode;
use std::time::Duration;

use clap::Subcommand;
use serde_json::json;

#[cfg(test)]
pub(crate) use self::cheat::EXAMPLES;
pub(crate) use self::report::{ReportArgs, complain, end, object};

use self::report::Report;
use self::stop::{Status, Stop};
use crate::cli::Examination;

/// What is asked of a proxy, or of a peer that runs here.
#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    Join(join::Join),
    Send(send::Send),
    Listen(listen::Listen),
    Rtt(rtt::Rtt),
    Status(status::StatusTask),
    Console(console::Console),
    #[command(subcommand, after_help = peers::help())]
    Peers(peers::PeersTask),
    #[command(skip)]
    Doctor(Box<Examination>),
    Cheat(cheat::Cheat),
}

/// The end of the help of each command.
pub(crate) const STATUSES: &str = "\
Exit status:
  0  done
  1  failed
  2  wrong usage
  3  no proxy answers, or something else does
  4  refused: an origin, a limit, a message that is too big
  5  nobody is there, or not that peer
  6  interrupted, or timed out";

impl Task {
    const fn report(&self) -> &ReportArgs {
        match self {
            Self::Join(task) => &task.report,
            Self::Send(task) => &task.report,
            Self::Listen(task) => &task.report,
            Self::Rtt(task) => &task.report,
            Self::Status(task) => &task.report,
            Self::Console(task) => &task.report,
            Self::Peers(task) => task.report(),
            Self::Doctor(task) => &task.report,
            Self::Cheat(task) => &task.report,
        }
    }

    async fn run(&self, report: &Report) -> Result<(), Stop> {
        match self {
            Self::Join(task) => task.run(report).await,
            Self::Send(task) => task.run(report).await,
            Self::Listen(task) => task.run(report).await,
            Self::Rtt(task) => task.run(report).await,
            Self::Status(task) => task.run(report).await,
            Self::Console(task) => task.run(report).await,
            Self::Peers(task) => task.run(report).await,
            Self::Doctor(task) => doctor::run(task, report).await,
            Self::Cheat(task) => task.run(report).await,
        }
    }
}

/// How long standard output may take what an interrupted command has still to write.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Does it, until it is done or interrupted, or nobody reads the output any more.
pub(crate) fn perform(task: &Task) -> ExitCode {
    let done = crate::block_on(async {
        let report = Report::new(task.report());
        tokio::select! {
            done = task.run(&report) => wait_for_output(&report, done).await,
            stop = report.output.closed() => conclude(&report, Err(stop)).await,
            () = interrupted() => end_soon(&report).await,
        }
    });
    done.unwrap_or_else(|error| {
        complain(&format!("cannot start: {error}"));
        Status::Failed.into()
    })
}

/// Ends a command that is done, when all is written that it had to say.
async fn wait_for_output(report: &Report, done: Result<(), Stop>) -> ExitCode {
    tokio::select! {
        status = conclude(report, done) => status,
        () = interrupted() => {
            complain("interrupted: standard output has not taken everything");
            Status::Interrupted.into()
        }
    }
}

/// Ends a command that was interrupted, whatever hinders its output.
async fn end_soon(report: &Report) -> ExitCode {
    let concluded = tokio::time::timeout(LAST_WORDS, conclude(report, Err(report.interrupted())));
    concluded.await.unwrap_or_else(|_| Status::Interrupted.into())
}

/// Waits for a signal to stop. Another one ends the program at once, even where a terminal that
/// takes nothing holds it.
async fn interrupted() {
    match crate::stop::asked() {
        Ok(asked) => {
            // Without it a second signal does nothing, and the first one works.
            let _ = crate::stop::second_ends(Status::Interrupted.number());
            asked.await;
        }
        // Then the signal ends the program at once.
        Err(_) => std::future::pending().await,
    }
}

async fn conclude(report: &Report, done: Result<(), Stop>) -> ExitCode {
    let done = match done {
        Ok(()) => report.object("end", json!({ "status": 0 })).await,
        Err(Stop::Failure(status, sentence)) => {
            complain(&sentence);
            let members = json!({ "status": status.number(), "reason": sentence });
            let told = report.object("end", members).await;
            let _ = told.and(report.output.flush().await);
            return status.into();
        }
        Err(Stop::OutputClosed) => return ExitCode::SUCCESS,
    };
    match done.and(report.output.flush().await) {
        Ok(()) | Err(Stop::OutputClosed) => ExitCode::SUCCESS,
        Err(Stop::Failure(status, sentence)) => {
            complain(&sentence);
            status.into()
        }
    }
}

/// Reads a time in seconds.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().unwrap_or(f64::NAN);
    if seconds.is_nan() || seconds < 0.0 {
        return Err("give a number of seconds, 0 or more".to_owned());
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| "that is too long".to_owned())
}

/// Reads a number of bytes.
fn size(text: &str) -> Result<u64, String> {
    let (digits, unit) = text.split_at(text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len()));
    let power = match unit.to_ascii_uppercase().as_str() {
        "" => 0,
        "K" => 1,
        "M" => 2,
        "G" => 3,
        "T" => 4,
        _ => return Err(NO_SIZE.to_owned()),
    };
    let number: u64 = digits.parse().map_err(|_| NO_SIZE.to_owned())?;
    number.checked_mul(1 << (10 * power)).ok_or_else(|| "that is too large".to_owned())
}

/// What is wrong with a number of bytes.
const NO_SIZE: &str = "give a whole number of bytes, such as 500M: the units are K, M, G and T";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_are_read_or_it_is_said_what_they_are() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!((size("12"), size("3k"), size("2G")), (Ok(12), Ok(3072), Ok(2 << 30)));
        for text in ["", "nan", "-1", "-inf", "five"] {
            assert_eq!(seconds(text), Err("give a number of seconds, 0 or more".to_owned()), "{text}");
        }
        assert_eq!(
            (seconds("inf"), seconds("1e30")),
            (Err("that is too long".to_owned()), Err("that is too long".to_owned()))
        );
        for text in ["", "G", "1.5G", "-1", "1 G", "1X"] {
            assert_eq!(size(text), Err(NO_SIZE.to_owned()), "{text}");
        }
        assert_eq!(size("99999999999T"), Err("that is too large".to_owned()));
    }
}
