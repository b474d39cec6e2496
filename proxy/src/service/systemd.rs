//! The service of systemd: a unit of the user's own instance.

mod unit;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use nws_proxy::Config;

use super::command_line::CommandLine;
use super::tool::{ask, run, show};
use super::{Error, State, Supervisor, Voice, files};

const UNIT: &str = "nws.service";

/// This folder is there when systemd is the first process.
const BOOTED: &str = "/run/systemd/system";

/// The instance of systemd that this user has.
pub(super) struct Systemd {
    unit: PathBuf,
}

impl Systemd {
    pub(super) fn new() -> Result<Self, Error> {
        let folder =
            files::variable("XDG_CONFIG_HOME").map_or_else(|| Ok(files::home()?.join(".config")), Ok)?;
        Ok(Self { unit: folder.join("systemd/user").join(UNIT) })
    }

    /// What systemd says of the unit; nothing for what it does not know.
    fn property(&self, name: &str) -> Result<String, Error> {
        run("systemctl", &["--user", "show", "--value", "--property", name, UNIT])
    }

    /// Fails if systemd does not know the unit as it was written.
    fn check(&self) -> Result<(), Error> {
        let state = self.property("LoadState")?;
        match self.is_known()? {
            true if state == "loaded" => Ok(()),
            true => Err(Error::BadUnit(self.unit.clone())),
            false => Err(Error::NotFound(self.unit.clone())),
        }
    }

    fn is_known(&self) -> Result<bool, Error> {
        Ok(Path::new(&self.property("FragmentPath")?) == self.unit)
    }

    /// The reason that the proxy has given for its end.
    fn complaint(&self) -> Result<Option<String>, Error> {
        let reason = self.property("StatusText")?;
        Ok((!reason.is_empty()).then_some(reason))
    }
}

impl Supervisor for Systemd {
    fn file(&self) -> &Path {
        &self.unit
    }

    fn installed(&self) -> Result<Option<CommandLine>, Error> {
        let of_ours = |text: String| unit::command_line(&text).ok_or(Error::Foreign(self.unit.clone()));
        files::read(&self.unit)?.map(of_ours).transpose()
    }

    fn check_readiness(&self) -> Result<(), Error> {
        if !Path::new(BOOTED).is_dir() {
            return Err(Error::NoSystemd);
        }
        let answer = ask("systemctl", &["--user", "show-environment"])?;
        match answer.is_success {
            true => Ok(()),
            false => Err(Error::NoInstance { user: user()?, reason: answer.reason() }),
        }
    }

    fn write(&self, wanted: &CommandLine) -> Result<(), Error> {
        files::write(&self.unit, unit::text(wanted).as_bytes())
    }

    fn prepare(&self, _: &CommandLine, _: &Config) -> Result<Vec<String>, Error> {
        let user = user()?;
        let lingers = ask("loginctl", &["show-user", "--value", "--property", "Linger", &user]);
        let advice = format!(
            "it ends when you log out everywhere; `sudo loginctl enable-linger {user}` keeps it running, and starts \
             it at boot"
        );
        Ok(if lingers.is_ok_and(|answer| answer.stdout == "yes") { Vec::new() } else { vec![advice] })
    }

    fn start(&self) -> Result<(), Error> {
        run("systemctl", &["--user", "daemon-reload"])?;
        self.check()?;
        run("systemctl", &["--user", "enable", UNIT])?;
        let answer = ask("systemctl", &["--user", "restart", UNIT])?;
        match answer.is_success {
            true => Ok(()),
            false => Err(Error::NotStarted(self.complaint()?.unwrap_or_else(|| answer.reason()))),
        }
    }

    fn uninstall(&self) -> Result<(), Error> {
        self.check_readiness()?;
        // Where systemd looks elsewhere, a service of that name is another one.
        if self.is_known()? {
            run("systemctl", &["--user", "disable", "--now", UNIT])?;
            // A service that has not failed has nothing to reset.
            ask("systemctl", &["--user", "reset-failed", UNIT])?;
        }
        files::remove(&self.unit)?;
        run("systemctl", &["--user", "daemon-reload"]).map(|_| ())
    }

    fn state(&self) -> Result<State, Error> {
        self.check_readiness()?;
        let active = self.property("ActiveState")?;
        if active == "active" {
            let since = self.property("ActiveEnterTimestamp")?;
            return Ok(State::Running { since, process: Some(self.property("MainPID")?) });
        }
        let complaint = self.complaint()?.map_or_else(String::new, |reason| format!(": {reason}"));
        Ok(State::Stopped { reason: Some(active + &complaint) })
    }

    fn logs(&self, lines: usize, follow: bool, voice: Voice) -> Result<ExitCode, Error> {
        let lines = lines.to_string();
        let mut words = vec!["--quiet", "--user-unit", UNIT, "--no-pager", "--lines", &lines];
        words.extend(follow.then_some("--follow"));
        match show("journalctl", &words, voice)? {
            ExitCode::SUCCESS => Ok(ExitCode::SUCCESS),
            _ => Err(Error::NoLog),
        }
    }

    fn rival(&self) -> Option<String> {
        let answer = ask("systemctl", &["is-active", UNIT]).ok()?;
        let advice = "the system service nws (of a package) runs, and serves all users: use that one, or end it by \
                      `sudo systemctl disable --now nws`";
        answer.is_success.then(|| advice.to_owned())
    }
}

fn user() -> Result<String, Error> {
    run("id", &["-un"])
}
