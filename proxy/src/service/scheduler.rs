//! The service of Windows: a task that begins when the user logs in.
//!
//! Task Scheduler keeps no log, and tells in the language of the user whether a task runs. So the
//! task runs `nws service host`, which writes the log, and holds a lock as long as it runs.

mod firewall;
mod host;
mod task;

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use nws_proxy::Config;

use super::command_line::CommandLine;
use super::tool::{ask, run, show};
use super::{Error, State, Supervisor, files, say};
use host::Records;

/// How long a task may take to begin or to end.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(100);

/// The tasks of this user.
pub(super) struct Scheduler {
    records: Records,
    user: String,
    task: String,
}

/// Serves as the installed service does.
pub(super) fn host() -> Result<ExitCode, Error> {
    Records::find()?.host()
}

impl Scheduler {
    pub(super) fn new() -> Result<Self, Error> {
        let name = |variable| std::env::var(variable).map_err(|_| Error::NoUser { variable });
        let (domain, user) = (name("USERDOMAIN")?, name("USERNAME")?);
        // The names of tasks are those of the machine, not of the user.
        Ok(Self { records: Records::find()?, task: format!("nws-{user}"), user: format!("{domain}\\{user}") })
    }

    fn schtasks(&self, action: &str, words: &[&str]) -> Result<String, Error> {
        run("schtasks", &[&[action, "/TN", &self.task], words].concat())
    }

    fn exists(&self) -> Result<bool, Error> {
        Ok(ask("schtasks", &["/Query", "/TN", &self.task])?.is_success)
    }

    /// Waits until the host runs, or does not run any more.
    fn wait(&self, runs: bool) -> Result<bool, Error> {
        let deadline = Instant::now() + PATIENCE;
        while self.records.is_held()? != runs {
            if Instant::now() > deadline {
                return Ok(false);
            }
            std::thread::sleep(PAUSE);
        }
        Ok(true)
    }

    fn end(&self) -> Result<(), Error> {
        if !self.records.is_held()? {
            return Ok(());
        }
        let proxy = self.records.process()?.unwrap_or_default();
        self.schtasks("/End", &[])?;
        // Task Scheduler ends the first process of a task, and not always those that it has started.
        // The host ends with the proxy.
        let killed = ask("taskkill", &["/F", "/PID", &proxy])?;
        match self.wait(false)? {
            true => Ok(()),
            false => Err(killed.refusal()),
        }
    }

    /// Makes the task and starts it.
    fn replace(&self, wanted: &CommandLine) -> Result<(), Error> {
        if self.exists()? {
            self.end()?;
        }
        self.records.write(wanted)?;
        let description = self.records.task();
        files::write(&description, &task::bytes(&task::text(&self.user, &wanted.program)))?;
        let created = self.schtasks("/Create", &["/XML", &description.to_string_lossy(), "/F"]);
        files::remove(&description)?;
        created?;
        self.schtasks("/Run", &[])?;
        match self.wait(true)? {
            true => Ok(()),
            false => Err(Error::NotStarted(self.records.last_line()?)),
        }
    }
}

impl Supervisor for Scheduler {
    fn file(&self) -> &Path {
        self.records.command_line()
    }

    fn installed(&self) -> Result<Option<CommandLine>, Error> {
        Ok(if self.exists()? { self.records.read()? } else { None })
    }

    fn install(&self, wanted: &CommandLine) -> Result<(), Error> {
        let done = self.replace(wanted);
        if done.is_err() && !self.exists()? {
            // Nobody uninstalls what is not there.
            firewall::remove(&wanted.program)?;
        }
        done
    }

    fn uninstall(&self) -> Result<(), Error> {
        self.end()?;
        self.schtasks("/Delete", &["/F"])?;
        if let Some(before) = self.records.read()? {
            firewall::remove(&before.program)?.iter().for_each(|advice| say(advice));
        }
        self.records.remove()
    }

    fn state(&self) -> Result<State, Error> {
        if !self.records.is_held()? {
            return Ok(State::Stopped { reason: Some(self.records.last_line()?) });
        }
        Ok(State::Running { since: self.records.since()?, process: self.records.process()? })
    }

    fn logs(&self, lines: usize, follow: bool) -> Result<ExitCode, Error> {
        let log = self.records.log();
        let path = log.to_string_lossy().replace('\'', "''");
        let wait = if follow { " -Wait" } else { "" };
        let script = format!("Get-Content -Encoding UTF8 -Tail {lines}{wait} -LiteralPath '{path}'");
        show("powershell", &["-NoProfile", "-Command", &script])
    }

    fn prepare(&self, wanted: &CommandLine, config: &Config) -> Result<Vec<String>, Error> {
        // Before the proxy starts: Windows asks about a program that listens and has no rule.
        let wants_links = config.links.are_wanted();
        Ok(if wants_links { vec![firewall::open(&wanted.program)?] } else { Vec::new() })
    }
}
