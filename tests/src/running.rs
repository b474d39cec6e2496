//! A running command of `nws` that is a peer, with all three standard streams.

use std::ffi::OsStr;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::complaints::Complaints;
use crate::place::Place;
use crate::setup::program;
use crate::{Exit, Proxy, signal, within};

/// A command. Dropping it kills the process.
pub struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    complaints: Complaints,
}

impl Running {
    /// Starts `nws` with these words, for a proxy.
    pub fn start(proxy: &Proxy, words: &[&str]) -> Result<Self> {
        Self::at(proxy.port(), words)
    }

    /// Starts `nws` with these words, for the proxy at this port.
    pub fn at(port: u16, words: &[&str]) -> Result<Self> {
        Self::within(port, &[], words)
    }

    /// The same as the last words of another command, which becomes it.
    pub fn within(port: u16, wrapper: &[&str], words: &[&str]) -> Result<Self> {
        let words = words.iter().map(OsStr::new).collect::<Vec<_>>();
        Self::spawn(port, wrapper, &words)
    }

    /// The same with words that may be no UTF-8.
    pub fn spawn(port: u16, wrapper: &[&str], words: &[&OsStr]) -> Result<Self> {
        let program = program()?;
        let mut all = wrapper.iter().map(OsStr::new).chain([program.as_os_str()]);
        let mut command = Command::new(all.next().context("there is a program")?);
        command.args(all).args(words).kill_on_drop(true);
        command.env("NWS_PORT", port.to_string()).env_remove("NWS_CHANNEL");
        command.env("XDG_RUNTIME_DIR", Place::Here.runtime_folder());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().context("cannot start nws")?;
        let stdout = child.stdout.take().context("no standard output")?;
        let stderr = child.stderr.take().context("no standard error")?;
        let stdin = child.stdin.take();
        Ok(Self { child, stdin, stdout: BufReader::new(stdout), complaints: Complaints::of(stderr) })
    }

    /// Writes on its standard input.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let stdin = self.stdin.as_mut().context("standard input is closed")?;
        within("standard input", stdin.write_all(bytes)).await??;
        Ok(())
    }

    /// Closes its standard input.
    pub fn close_input(&mut self) {
        self.stdin = None;
    }

    /// The next line of its standard output.
    pub async fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if within("a line of nws", self.stdout.read_line(&mut line)).await?? == 0 {
            bail!("nws has closed its standard output");
        }
        Ok(line.trim_end_matches('\n').to_owned())
    }

    /// The next line of its standard output with this event.
    pub async fn event(&mut self, event: &str) -> Result<serde_json::Value> {
        loop {
            let object: serde_json::Value =
                serde_json::from_str(&self.line().await.with_context(|| event.to_owned())?)?;
            if object["event"] == event {
                return Ok(object);
            }
        }
    }

    /// Waits for a line on standard error that has all of `words`.
    pub async fn says(&self, words: &[&str]) -> Result<String> {
        self.complaints.line(words).await
    }

    /// Waits until it has written something, and takes nothing of it.
    pub async fn has_output(&mut self) -> Result<()> {
        within("output of nws", self.stdout.fill_buf()).await??;
        Ok(())
    }

    /// Waits until it has ended, and takes nothing of what it has written.
    pub async fn ended(&mut self) -> Result<i32> {
        within("the end of nws", self.child.wait()).await??.code().context("nws was killed")
    }

    /// Sends it a signal, by the name that `kill` knows.
    pub async fn signal(&self, name: &str) -> Result<()> {
        signal::send(name, self.child.id().context("nws has ended")?).await
    }

    /// Closes its standard output at this end, and waits until it has ended.
    pub async fn abandon(self) -> Result<i32> {
        let Self { mut child, stdin, stdout, complaints } = self;
        drop((stdin, stdout));
        let status = within("the end of nws", child.wait()).await??;
        complaints.all().await;
        status.code().context("nws was killed")
    }

    /// Closes its standard input, and gives all bytes of its standard output, its exit status and what it said.
    pub async fn bytes(mut self) -> Result<(Vec<u8>, i32, String)> {
        self.close_input();
        let mut out = Vec::new();
        let ended = async {
            let all =
                tokio::join!(self.child.wait(), self.stdout.read_to_end(&mut out), self.complaints.all());
            anyhow::Ok((all.0?, all.1?, all.2))
        };
        let (status, _, said) = within("the end of nws", ended).await??;
        Ok((out, status.code().context("nws was killed")?, said))
    }

    /// The same as a text.
    pub async fn exit(self) -> Result<Exit> {
        let Self { mut child, stdin, mut stdout, complaints } = self;
        drop(stdin);
        let mut out = String::new();
        let ended = async {
            let all = tokio::join!(child.wait(), stdout.read_to_string(&mut out), complaints.all());
            anyhow::Ok((all.0?, all.1?, all.2))
        };
        let (status, _, stderr) = within("the end of nws", ended).await??;
        Ok(Exit { status, stdout: out, stderr })
    }
}
