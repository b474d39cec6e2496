//! The service of launchd: an agent of the user. Only agents get the question of macOS whether a
//! program may use the local network.

mod agent;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use nws_proxy::Config;

use super::command_line::CommandLine;
use super::tool::{ask, run, show};
use super::{Error, State, Supervisor, Voice, files};
use agent::Agent;

/// The name of the agent: that of the project's pages, backwards.
const LABEL: &str = "io.github.namedwebsockets.nws";

/// How long launchd may take to end an agent.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(100);

/// The agents of this user.
pub(super) struct Launchd {
    agent: PathBuf,
    log: PathBuf,
    session: String,
}

impl Launchd {
    pub(super) fn new() -> Result<Self, Error> {
        let library = files::home()?.join("Library");
        Ok(Self {
            agent: library.join("LaunchAgents").join(format!("{LABEL}.plist")),
            log: library.join("Logs/nws/nws.log"),
            session: format!("gui/{}", run("id", &["-u"])?),
        })
    }

    fn target(&self) -> String {
        format!("{}/{LABEL}", self.session)
    }

    /// What launchd says of the agent, if it has one.
    fn print(&self) -> Result<Option<String>, Error> {
        let answer = ask("launchctl", &["print", &self.target()])?;
        Ok(answer.is_success.then_some(answer.stdout))
    }

    /// Ends the agent, and waits until launchd has forgotten it.
    fn end(&self) -> Result<(), Error> {
        if self.print()?.is_none() {
            return Ok(());
        }
        let answer = ask("launchctl", &["bootout", &self.target()])?;
        let deadline = Instant::now() + PATIENCE;
        while self.print()?.is_some() {
            if Instant::now() > deadline {
                return Err(answer.refusal());
            }
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }
}

impl Supervisor for Launchd {
    fn file(&self) -> &Path {
        &self.agent
    }

    fn installed(&self) -> Result<Option<CommandLine>, Error> {
        let of_ours = |text: String| Agent::from_text(&text).ok_or(Error::Foreign(self.agent.clone()));
        Ok(files::read(&self.agent)?.map(of_ours).transpose()?.map(Agent::into_command_line))
    }

    fn check_readiness(&self) -> Result<(), Error> {
        let session = ask("launchctl", &["print", &self.session])?;
        if session.is_success { Ok(()) } else { Err(Error::NoSession(session.reason())) }
    }

    fn write(&self, wanted: &CommandLine) -> Result<(), Error> {
        if let Some(folder) = self.log.parent() {
            files::make_folder(folder).map_err(files::fault("make", folder))?;
        }
        files::write(&self.agent, Agent::new(LABEL, wanted, &self.log).text().as_bytes())
    }

    fn prepare(&self, _: &CommandLine, config: &Config) -> Result<Vec<String>, Error> {
        let asked = "macOS asks whether nws may find devices on the local network: allow it, or the proxy meets no \
                     other machine";
        Ok(if config.links.are_wanted() { vec![asked.to_owned()] } else { Vec::new() })
    }

    fn start(&self) -> Result<(), Error> {
        self.end()?;
        // An agent that was disabled by hand stays so, whatever is installed.
        run("launchctl", &["enable", &self.target()])?;
        run("launchctl", &["bootstrap", &self.session, &self.agent.to_string_lossy()]).map(|_| ())
    }

    fn uninstall(&self) -> Result<(), Error> {
        self.end()?;
        files::remove(&self.agent)
    }

    fn state(&self) -> Result<State, Error> {
        let Some(said) = self.print()? else {
            return Ok(State::Stopped { reason: Some("launchd does not know it: log in again".to_owned()) });
        };
        if let (Some("running"), Some(process)) = (agent::value(&said, "state"), agent::value(&said, "pid")) {
            let begin = ask("ps", &["-o", "lstart=", "-p", process])?;
            // It may have ended since launchd told of it.
            if begin.is_success {
                return Ok(State::Running { since: begin.stdout, process: Some(process.to_owned()) });
            }
        }
        let code = agent::value(&said, "last exit code").map(|code| format!("the last exit code is {code}"));
        Ok(State::Stopped { reason: code })
    }

    fn logs(&self, lines: usize, follow: bool, voice: Voice) -> Result<ExitCode, Error> {
        let (lines, log) = (lines.to_string(), self.log.to_string_lossy());
        let mut words = vec!["-n", &lines];
        words.extend(follow.then_some("-F"));
        words.push(&log);
        show("tail", &words, voice)
    }
}
