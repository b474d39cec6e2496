//! A running `nws`, ended with the value that stands for it.

use std::process::{ExitStatus, Stdio};

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use crate::setup::ConfigFile;
use crate::{Setup, within};

/// A proxy that listens. Dropping it kills the process.
pub struct Proxy {
    child: Child,
    stdout: BufReader<ChildStdout>,
    port: u16,
    _config: Option<ConfigFile>,
}

impl Proxy {
    /// Starts one with every default.
    pub async fn start() -> Result<Self> {
        Setup::new().start().await
    }

    pub(crate) async fn spawn(command: Command, config: Option<ConfigFile>) -> Result<Self> {
        let mut child = start(command)?;
        let mut stdout = BufReader::new(child.stdout.take().context("no standard output")?);
        let mut line = String::new();
        within("the line that tells the port", stdout.read_line(&mut line)).await??;
        let Some(port) = port_of(&line) else {
            let exit = Exit::wait(child, stdout).await?;
            bail!("nws said {line:?} instead of where it listens, and {exit:?}");
        };
        Ok(Self { child, stdout, port, _config: config })
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process that serves.
    pub fn pid(&self) -> Result<u32> {
        self.child.id().context("the proxy has ended")
    }

    /// What Linux tells of its memory: `VmRSS` is what it uses, `VmHWM` the most it has used.
    pub fn memory_kib(&self, key: &str) -> Result<f64> {
        let path = format!("/proc/{}/status", self.pid()?);
        let status = std::fs::read_to_string(path).context("this needs Linux")?;
        let line = status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
        Ok(line.with_context(|| format!("no {key}"))?.trim().trim_end_matches(" kB").parse()?)
    }

    /// Sends it a signal, by the name that `kill` knows.
    pub async fn signal(&self, name: &str) -> Result<()> {
        let status = Command::new("kill").args(["-s", name, &self.pid()?.to_string()]).status().await?;
        if !status.success() {
            bail!("kill ended with {status}");
        }
        Ok(())
    }

    /// Waits until it has ended.
    pub async fn exit(self) -> Result<Exit> {
        Exit::wait(self.child, self.stdout).await
    }
}

/// How a proxy ended.
#[derive(Debug)]
pub struct Exit {
    /// Its exit status.
    pub status: ExitStatus,
    /// What it wrote on standard output, after the line that tells the port.
    pub stdout: String,
    /// What it wrote on standard error.
    pub stderr: String,
}

impl Exit {
    pub(crate) async fn of(command: Command) -> Result<Self> {
        let mut child = start(command)?;
        let stdout = BufReader::new(child.stdout.take().context("no standard output")?);
        Self::wait(child, stdout).await
    }

    async fn wait(mut child: Child, mut stdout: BufReader<ChildStdout>) -> Result<Self> {
        let mut stderr = child.stderr.take().context("no standard error")?;
        let (mut out, mut err) = (String::new(), String::new());
        let ended = async {
            let all =
                tokio::join!(child.wait(), stdout.read_to_string(&mut out), stderr.read_to_string(&mut err));
            std::io::Result::Ok((all.0?, all.1?, all.2?))
        };
        let (status, ..) = within("the end of nws", ended).await??;
        Ok(Self { status, stdout: out, stderr: err })
    }
}

fn start(mut command: Command) -> Result<Child> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command.spawn().context("cannot start nws")
}

fn port_of(line: &str) -> Option<u16> {
    line.strip_prefix("listening on http://localhost:")?.strip_suffix("/\n")?.parse().ok()
}
