//! Runs the tools of the system that know its services.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, ExitCode, ExitStatus, Stdio};

use super::{Error, Voice};

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

/// Runs a tool whose output is that of this program, or its lines are.
pub(super) fn show(tool: &str, words: &[impl AsRef<str>], voice: Voice) -> Result<ExitCode, Error> {
    let fault = |source| Error::Tool { tool: tool.to_owned(), source };
    let mut command = command(tool, words);
    if !voice.is_json {
        return Ok(code_of(command.status().map_err(fault)?));
    }
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(fault)?;
    let lines = child.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines);
    lines.map_while(Result::ok).for_each(|line| voice.log(&line));
    Ok(code_of(child.wait().map_err(fault)?))
}

fn code_of(status: ExitStatus) -> ExitCode {
    ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
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
