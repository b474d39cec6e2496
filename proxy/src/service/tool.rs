//! Runs the tools of the system that know its services.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use super::Error;

/// What a tool said.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) is_success: bool,
    pub(super) stdout: String,
    pub(super) stderr: String,
    command: String,
}

/// A command of the system, which speaks English.
pub(super) fn command(tool: &str, words: &[impl AsRef<str>]) -> Command {
    let mut command = Command::new(tool);
    command.args(words.iter().map(AsRef::as_ref)).env("LC_ALL", "C");
    if let Some(folder) = runtime_folder() {
        command.env("XDG_RUNTIME_DIR", folder);
    }
    command
}

/// Runs a tool to its end.
pub(super) fn ask(tool: &str, words: &[impl AsRef<str>]) -> Result<Answer, Error> {
    let output = command(tool, words).output();
    let output = output.map_err(|source| Error::Tool { tool: tool.to_owned(), source })?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    Ok(Answer {
        is_success: output.status.success(),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
        command: words.iter().fold(tool.to_owned(), |line, word| line + " " + word.as_ref()),
    })
}

/// Runs a tool to its end, which has to be a success.
pub(super) fn run(tool: &str, words: &[impl AsRef<str>]) -> Result<String, Error> {
    let answer = ask(tool, words)?;
    match answer.is_success {
        true => Ok(answer.stdout),
        false => Err(answer.refusal()),
    }
}

/// Runs a tool whose output is that of this program.
pub(super) fn show(tool: &str, words: &[impl AsRef<str>]) -> Result<ExitCode, Error> {
    let status = command(tool, words).status();
    let status = status.map_err(|source| Error::Tool { tool: tool.to_owned(), source })?;
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)))
}

impl Answer {
    /// What the tool said about its failure, in one line.
    pub(super) fn reason(&self) -> String {
        let said = if self.stderr.is_empty() { &self.stdout } else { &self.stderr };
        said.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// The failure as an error.
    pub(super) fn refusal(&self) -> Error {
        Error::Refused { command: self.command.clone(), reason: self.reason() }
    }
}

/// Where the sockets of this user's systemd are, if only the variable is missing, as after `su`.
fn runtime_folder() -> Option<PathBuf> {
    #[cfg(unix)]
    if std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        let folder = PathBuf::from(format!("/run/user/{}", rustix::process::getuid().as_raw()));
        return folder.is_dir().then_some(folder);
    }
    None
}
