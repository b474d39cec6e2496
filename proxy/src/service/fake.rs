//! A supervisor that notes what it is asked to do.

use std::cell::RefCell;
use std::path::Path;
use std::process::ExitCode;

use nws_proxy::Config;

use super::command_line::CommandLine;
use super::{Error, State, Supervisor, Voice};
use crate::cli::config_of;

#[derive(Default)]
pub(super) struct Fake {
    /// The steps that fail.
    pub(super) fails: &'static [&'static str],
    /// Whether all that is started ends at once.
    pub(super) is_dead: bool,
    pub(super) rival: Option<String>,
    /// What was done, in order.
    pub(super) steps: RefCell<Vec<String>>,
    /// The program of the service.
    pub(super) written: RefCell<String>,
}

impl Fake {
    fn step(&self, step: &str) -> Result<(), Error> {
        self.steps.borrow_mut().push(step.to_owned());
        if self.fails.contains(&step) { Err(Error::NotStarted("it may not".to_owned())) } else { Ok(()) }
    }
}

impl Supervisor for Fake {
    fn file(&self) -> &Path {
        Path::new("/fake")
    }

    fn installed(&self) -> Result<Option<CommandLine>, Error> {
        Ok(None)
    }

    fn check_readiness(&self) -> Result<(), Error> {
        self.step("check")
    }

    fn write(&self, wanted: &CommandLine) -> Result<(), Error> {
        self.step(&format!("write {}", wanted.program))?;
        self.written.replace(wanted.program.clone());
        Ok(())
    }

    fn prepare(&self, wanted: &CommandLine, _: &Config) -> Result<Vec<String>, Error> {
        self.step(&format!("prepare {}", wanted.program))?;
        Ok(vec!["advice".to_owned()])
    }

    fn start(&self) -> Result<(), Error> {
        let step = format!("start {}", self.written.borrow());
        self.step(&step)
    }

    fn uninstall(&self) -> Result<(), Error> {
        self.step("uninstall")
    }

    fn release(&self, gone: &CommandLine, kept: Option<&CommandLine>) -> Result<Option<String>, Error> {
        let kept = kept.map_or("nothing", |kept| &kept.program);
        self.step(&format!("release {}, keep {kept}", gone.program)).map(|()| None)
    }

    fn state(&self) -> Result<State, Error> {
        Ok(match self.is_dead {
            true => State::Stopped { reason: Some("it ended".to_owned()) },
            false => State::Running { since: "today".to_owned(), process: Some("1".to_owned()) },
        })
    }

    fn logs(&self, _: usize, _: bool, _: Voice) -> Result<ExitCode, Error> {
        Ok(ExitCode::SUCCESS)
    }

    fn rival(&self) -> Option<String> {
        self.rival.clone()
    }
}

/// The configuration of a proxy with these flags.
pub(super) fn config(flags: &[&str]) -> Config {
    let words: Vec<String> = ["run"].iter().chain(flags).map(|&word| word.to_owned()).collect();
    config_of(&words).ok().unwrap()
}
