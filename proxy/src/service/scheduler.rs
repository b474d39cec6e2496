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
use super::{Error, State, Supervisor, Voice, files};
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
}

impl Supervisor for Scheduler {
    fn file(&self) -> &Path {
        self.records.command_line()
    }

    fn installed(&self) -> Result<Option<CommandLine>, Error> {
        Ok(if self.exists()? { self.records.read()? } else { None })
    }

    fn write(&self, wanted: &CommandLine) -> Result<(), Error> {
        // The description first: what it says counts only once the task is made of it.
        let description = self.records.task();
        files::write(&description, &task::bytes(&task::text(&self.user, &wanted.program)))?;
        self.records.write(wanted).inspect_err(|_| {
            // The reason is that of the write. A description that is left harms nobody.
            let _ = files::remove(&description);
        })
    }

    fn prepare(&self, wanted: &CommandLine, config: &Config) -> Result<Vec<String>, Error> {
        // Before the proxy starts: Windows asks about a program that listens and has no rule.
        let wants_links = config.links.are_wanted();
        Ok(if wants_links { vec![firewall::open(&wanted.program)?] } else { Vec::new() })
    }

    fn start(&self) -> Result<(), Error> {
        if self.exists()? {
            self.end()?;
        }
        let description = self.records.task();
        let created = self.schtasks("/Create", &["/XML", &description.to_string_lossy(), "/F"]);
        files::remove(&description)?;
        created?;
        self.schtasks("/Run", &[])?;
        match self.wait(true)? {
            true => Ok(()),
            false => Err(Error::NotStarted(self.records.last_line()?)),
        }
    }

    fn uninstall(&self) -> Result<(), Error> {
        self.end()?;
        // An installation that failed may have no task yet.
        if self.exists()? {
            self.schtasks("/Delete", &["/F"])?;
        }
        self.records.remove()
    }

    fn release(&self, gone: &CommandLine, kept: Option<&CommandLine>) -> Result<Option<String>, Error> {
        // The rule is for a path.
        let is_kept = kept.is_some_and(|kept| is_same_path(&kept.program, &gone.program));
        if is_kept { Ok(None) } else { firewall::remove(&gone.program) }
    }

    fn state(&self) -> Result<State, Error> {
        if !self.records.is_held()? {
            return Ok(State::Stopped { reason: Some(self.records.last_line()?) });
        }
        Ok(State::Running { since: self.records.since()?, process: self.records.process()? })
    }

    fn logs(&self, lines: usize, follow: bool, voice: Voice) -> Result<ExitCode, Error> {
        let log = self.records.log();
        let path = log.to_string_lossy().replace('\'', "''");
        let wait = if follow { " -Wait" } else { "" };
        let script = format!("Get-Content -Encoding UTF8 -Tail {lines}{wait} -LiteralPath '{path}'");
        show("powershell", &["-NoProfile", "-Command", &script], voice)
    }
}

/// Windows does not tell small letters of paths from capital ones.
fn is_same_path(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_the_same_in_capital_letters() {
        assert!(is_same_path(r"C:\Users\Zoë\nws.exe", r"c:\users\ZOË\NWS.EXE"));
        assert!(!is_same_path(r"C:\nws-1\nws.exe", r"C:\nws-2\nws.exe"));
    }
}
