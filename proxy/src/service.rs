//! Keeps the proxy running for one user: from now on, and whenever that user logs in.

mod caller;
mod command_line;
mod error;
mod files;
mod launchd;
mod port;
mod program;
mod scheduler;
mod systemd;
mod tool;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use nws_proxy::Config;

use crate::cli::{Install, ServiceTask, config_of, unseen_variables};

pub(crate) use error::Error;

use command_line::CommandLine;
use launchd::Launchd;
use port::Holder;
use scheduler::Scheduler;
use systemd::Systemd;

/// How long a new service has to answer.
const PATIENCE: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(100);

/// The exit status of `nws service status` when the proxy does not run, as systemctl has it.
const NOT_RUNNING: u8 = 3;

/// A program of the system that starts others when a user logs in, and keeps them running.
trait Supervisor {
    /// The file that makes the proxy a service.
    fn file(&self) -> &Path;
    /// What the installed service runs, if there is one.
    fn installed(&self) -> Result<Option<CommandLine>, Error>;
    /// Installs the service, in the place of an earlier one, and starts it.
    fn install(&self, wanted: &CommandLine) -> Result<(), Error>;
    /// Stops the service and removes it.
    fn uninstall(&self) -> Result<(), Error>;
    /// Whether the service runs.
    fn state(&self) -> Result<State, Error>;
    /// Shows the last lines of the log on standard output.
    fn logs(&self, lines: usize, follow: bool) -> Result<ExitCode, Error>;
    /// Prepares this system for a service that runs `wanted`, which listens as `config` says. Gives
    /// what the user should know once the service is there.
    fn prepare(&self, wanted: &CommandLine, config: &Config) -> Result<Vec<String>, Error>;
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
        ServiceTask::Install(wanted) => install(of_caller()?.as_ref(), wanted),
        ServiceTask::Uninstall => uninstall(of_caller()?.as_ref()),
        ServiceTask::Status => status(of_caller()?.as_ref()),
        ServiceTask::Logs(wanted) => logs(of_caller()?.as_ref(), wanted.lines, wanted.follow),
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

fn install(supervisor: &dyn Supervisor, wanted: Install) -> Result<ExitCode, Error> {
    let program = program::find()?;
    let wanted = CommandLine { program: program.path, arguments: wanted.arguments().map_err(Error::Fault)? };
    let config = config_of(&wanted.arguments).map_err(Error::Fault)?;
    let before = supervisor.installed()?;
    check_port(supervisor, &config, before.as_ref())?;
    let advice = supervisor.prepare(&wanted, &config)?;
    if let Err(error) = supervisor.install(&wanted).and_then(|()| wait_until_it_serves(supervisor, &config)) {
        undo(supervisor, before.as_ref());
        return Err(error);
    }
    let done = if before.is_some() { "replaced" } else { "installed" };
    say(&format!("{done}: {}", supervisor.file().display()));
    status(supervisor)?;
    let unseen = unseen_variables();
    if !unseen.is_empty() {
        let names = unseen.join(", ");
        say(&format!("warning: the service does not see {names} of this shell: give flags behind `--`"));
    }
    program.warning.iter().for_each(|warning| say(&format!("warning: {warning}")));
    advice.iter().for_each(|advice| say(advice));
    Ok(ExitCode::SUCCESS)
}

/// Fails if another program has the port that the service is about to get.
fn check_port(
    supervisor: &dyn Supervisor,
    config: &Config,
    before: Option<&CommandLine>,
) -> Result<(), Error> {
    let own = before.and_then(|before| config_of(&before.arguments).ok()).map(|config| config.port);
    let has_it = own == Some(config.port) && matches!(supervisor.state()?, State::Running { .. });
    if !config.tcp || has_it {
        return Ok(());
    }
    let Some(holder) = port::holder(config.port) else { return Ok(()) };
    let remedy = remedy(supervisor, holder);
    Err(Error::PortTaken { port: config.port, holder, remedy })
}

/// What can be done about the program that has the port. A rival is a proxy.
fn remedy(supervisor: &dyn Supervisor, holder: Holder) -> String {
    let rival = if holder == Holder::Proxy { supervisor.rival() } else { None };
    rival.unwrap_or_else(|| "stop it".to_owned())
}

/// Waits until the service answers at its port: not every supervisor knows when a proxy serves. Where
/// the port is not known, that it runs is enough.
fn wait_until_it_serves(supervisor: &dyn Supervisor, config: &Config) -> Result<(), Error> {
    if !config.tcp || config.port == 0 {
        return Ok(());
    }
    let deadline = Instant::now() + PATIENCE;
    while !port::serves(config.port) {
        if Instant::now() > deadline {
            return Err(Error::NotStarted(match supervisor.state()? {
                State::Stopped { reason: Some(reason) } => reason,
                State::Stopped { reason: None } | State::Running { .. } => {
                    format!("it does not answer at port {}", config.port)
                }
            }));
        }
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

/// Leaves things as they were, as far as they can be.
fn undo(supervisor: &dyn Supervisor, before: Option<&CommandLine>) {
    let undone = match (before, supervisor.installed()) {
        (Some(before), _) => supervisor.install(before),
        (None, Ok(None)) => Ok(()),
        (None, _) => supervisor.uninstall(),
    };
    if let Err(error) = undone {
        say(&format!("warning: the service is not as it was before: {error}"));
    }
}

fn uninstall(supervisor: &dyn Supervisor) -> Result<ExitCode, Error> {
    if supervisor.installed()?.is_none() {
        say("there is no service of this user: nothing to do");
        return Ok(ExitCode::SUCCESS);
    }
    supervisor.uninstall()?;
    say(&format!("uninstalled: {} is gone", supervisor.file().display()));
    Ok(ExitCode::SUCCESS)
}

fn status(supervisor: &dyn Supervisor) -> Result<ExitCode, Error> {
    let Some(command_line) = supervisor.installed()? else {
        say("not installed: `nws service install` does that");
        return Ok(ExitCode::from(NOT_RUNNING));
    };
    let state = supervisor.state()?;
    let process = |process: Option<String>| process.map(|id| format!(", process {id}")).unwrap_or_default();
    let (code, words) = match state {
        State::Running { since, process: id } => (0, format!("running since {since}{}", process(id))),
        State::Stopped { reason: Some(reason) } => (NOT_RUNNING, format!("not running: {reason}")),
        State::Stopped { reason: None } => (NOT_RUNNING, "not running".to_owned()),
    };
    say(&format!("{words}\n  address: {}\n  program: {command_line}", addresses(&command_line)));
    if !Path::new(&command_line.program).is_file() {
        say("  warning: that program is gone: run `nws service install` with the one that is there now");
    }
    say(&format!("  service: {}", supervisor.file().display()));
    Ok(ExitCode::from(code))
}

fn logs(supervisor: &dyn Supervisor, lines: usize, follow: bool) -> Result<ExitCode, Error> {
    match supervisor.installed()? {
        Some(_) => supervisor.logs(lines, follow),
        None => Err(Error::NotInstalled),
    }
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

fn say(line: &str) {
    // Standard output is closed: no one reads the line.
    let _ = writeln!(io::stdout(), "{line}");
}
