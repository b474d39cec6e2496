//! Keeps the proxy running for one user: from now on, and whenever that user logs in.

mod caller;
mod command_line;
mod error;
#[cfg(test)]
mod fake;
mod files;
mod installation;
mod launchd;
mod port;
mod program;
mod scheduler;
mod startup;
mod systemd;
mod tool;
mod voice;

use std::path::Path;
use std::process::ExitCode;

use nws_proxy::Config;
use serde_json::json;

use crate::cli::{ServiceTask, config_of};
use crate::command::end;

pub(crate) use error::Error;

use command_line::CommandLine;
use launchd::Launchd;
use scheduler::Scheduler;
use systemd::Systemd;
use voice::Voice;

/// The exit status of `nws service status` when the proxy does not run, as systemctl has it.
const NOT_RUNNING: u8 = 3;

/// A program of the system that starts others when a user logs in, and keeps them running.
trait Supervisor {
    /// The file that makes the proxy a service.
    fn file(&self) -> &Path;
    /// What the installed service runs, if there is one.
    fn installed(&self) -> Result<Option<CommandLine>, Error>;
    /// Fails if this system cannot take a service now, and says what to do. Changes nothing.
    fn check_readiness(&self) -> Result<(), Error> {
        Ok(())
    }
    /// Writes the service, in the place of an earlier one, which may still run. If this fails, the
    /// service is as it was.
    fn write(&self, wanted: &CommandLine) -> Result<(), Error>;
    /// Prepares this system for a service that runs `wanted`, which listens as `config` says. Gives
    /// what the user should know once the service is there.
    fn prepare(&self, wanted: &CommandLine, config: &Config) -> Result<Vec<String>, Error>;
    /// Ends the service that runs, and starts the one that is written.
    fn start(&self) -> Result<(), Error>;
    /// Stops the service and removes it.
    fn uninstall(&self) -> Result<(), Error>;
    /// Takes back what [`prepare`](Self::prepare) did for `gone`, unless that is needed for `kept`,
    /// which is what the service runs now. Gives what the user has to do.
    fn release(&self, _gone: &CommandLine, _kept: Option<&CommandLine>) -> Result<Option<String>, Error> {
        Ok(None)
    }
    /// Whether the service runs.
    fn state(&self) -> Result<State, Error>;
    /// Shows the last lines of the log.
    fn logs(&self, lines: usize, follow: bool, voice: Voice) -> Result<ExitCode, Error>;
    /// Who else on this machine is known to serve, and what to do about it.
    fn rival(&self) -> Option<String> {
        None
    }
}

/// Whether a service runs.
#[derive(Debug, PartialEq, Eq)]
enum State {
    Running { since: String, process: Option<String> },
    Stopped { reason: Option<String> },
}

/// Does what is asked about the service of this user.
pub(crate) fn perform(task: ServiceTask) -> Result<ExitCode, Error> {
    match task {
        // The supervisor asks for it, and not a user.
        ServiceTask::Host => scheduler::host(),
        ServiceTask::Install(wanted) => {
            let voice = Voice::of(&wanted.report);
            installation::install(of_caller()?.as_ref(), wanted, voice)
        }
        ServiceTask::Uninstall(report) => uninstall(of_caller()?.as_ref(), Voice::of(&report)),
        ServiceTask::Status(report) => tell_status(of_caller()?.as_ref(), Voice::of(&report)),
        ServiceTask::Logs(wanted) => {
            let voice = Voice::of(&wanted.report);
            logs(of_caller()?.as_ref(), wanted.lines, wanted.follow, voice)
        }
    }
}

/// The supervisor, if the user who calls is the one whose service is meant.
fn of_caller() -> Result<Box<dyn Supervisor>, Error> {
    caller::check()?;
    supervisor()
}

/// The supervisor of this system. All of them are compiled everywhere, so that they are checked
/// everywhere.
fn supervisor() -> Result<Box<dyn Supervisor>, Error> {
    Ok(match std::env::consts::OS {
        "windows" => Box::new(Scheduler::new()?),
        "macos" => Box::new(Launchd::new()?),
        "linux" => Box::new(Systemd::new()?),
        other => return Err(Error::NoSupervisor(other)),
    })
}

fn uninstall(supervisor: &dyn Supervisor, voice: Voice) -> Result<ExitCode, Error> {
    if let Some(before) = supervisor.installed()? {
        supervisor.uninstall()?;
        voice.say(&format!("uninstalled: {} is gone", supervisor.file().display()));
        release(supervisor, &before, None, voice);
    } else {
        voice.say("there is no service of this user: nothing to do");
    }
    end(0, None);
    Ok(ExitCode::SUCCESS)
}

/// Takes back what the system had for `gone`, and says what is left to do. The service is as it
/// should be, whatever comes of that.
fn release(supervisor: &dyn Supervisor, gone: &CommandLine, kept: Option<&CommandLine>, voice: Voice) {
    match supervisor.release(gone, kept) {
        Ok(advice) => advice.iter().for_each(|advice| voice.say(advice)),
        Err(error) => voice.say(&format!("warning: {}", error.in_full())),
    }
}

fn tell_status(supervisor: &dyn Supervisor, voice: Voice) -> Result<ExitCode, Error> {
    let code = status(supervisor, voice)?;
    end(code, (code != 0).then_some("the service does not run"));
    Ok(ExitCode::from(code))
}

/// Says whether the service runs, and gives the exit status for that.
fn status(supervisor: &dyn Supervisor, voice: Voice) -> Result<u8, Error> {
    if voice.is_json {
        return status_for_programs(supervisor, voice);
    }
    let Some(command_line) = supervisor.installed()? else {
        voice.say("not installed: `nws service install` does that");
        return Ok(NOT_RUNNING);
    };
    let state = supervisor.state()?;
    let process = |process: Option<String>| process.map(|id| format!(", process {id}")).unwrap_or_default();
    let (code, words) = match state {
        State::Running { since, process: id } => (0, format!("running since {since}{}", process(id))),
        State::Stopped { reason: Some(reason) } => (NOT_RUNNING, format!("not running: {reason}")),
        State::Stopped { reason: None } => (NOT_RUNNING, "not running".to_owned()),
    };
    voice.say(&format!("{words}\n  address: {}\n  program: {command_line}", addresses(&command_line)));
    if !Path::new(&command_line.program).is_file() {
        voice
            .say("  warning: that program is gone: run `nws service install` with the one that is there now");
    }
    voice.say(&format!("  service: {}", supervisor.file().display()));
    Ok(code)
}

/// The same as an object.
fn status_for_programs(supervisor: &dyn Supervisor, voice: Voice) -> Result<u8, Error> {
    let mut members = json!({ "state": "not-installed" });
    if let Some(command_line) = supervisor.installed()? {
        members = json!({ "address": addresses(&command_line), "program": command_line.to_string() });
        members["file"] = supervisor.file().to_string_lossy().into();
        match supervisor.state()? {
            State::Running { since, process } => {
                members["state"] = "running".into();
                members["since"] = since.into();
                members["process"] = process.into();
            }
            State::Stopped { reason } => {
                members["state"] = "stopped".into();
                members["reason"] = reason.into();
            }
        }
    }
    voice.object("service", &members);
    Ok(if members["state"] == "running" { 0 } else { NOT_RUNNING })
}

fn logs(supervisor: &dyn Supervisor, lines: usize, follow: bool, voice: Voice) -> Result<ExitCode, Error> {
    if supervisor.installed()?.is_none() {
        return Err(Error::NotInstalled);
    }
    let code = supervisor.logs(lines, follow, voice)?;
    if code == ExitCode::SUCCESS {
        end(0, None);
    } else {
        end(1, Some("the log cannot be shown"));
    }
    Ok(code)
}

/// Where the installed service serves, in words.
fn addresses(command_line: &CommandLine) -> String {
    let config = match config_of(&command_line.arguments) {
        Ok(config) => config,
        Err(fault) => return format!("none, as the settings are not valid: {fault}"),
    };
    let tcp = config.tcp.then(|| match config.port {
        0 => "a free port, which `nws service logs` names".to_owned(),
        port => format!("http://localhost:{port}/"),
    });
    let unix = config.unix.map(|path| path.display().to_string());
    tcp.into_iter().chain(unix).collect::<Vec<_>>().join(", ")
}
