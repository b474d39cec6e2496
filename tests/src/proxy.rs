//! A running `nws`, ended with the value that stands for it.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};

use crate::complaints::Complaints;
use crate::place::Place;
use crate::setup::ConfigFile;
use crate::{Setup, signal, within};

/// A proxy that listens. Dropping it kills the process.
pub struct Proxy {
    child: Child,
    stdout: BufReader<ChildStdout>,
    complaints: Complaints,
    place: Place,
    port: u16,
    _config: Option<ConfigFile>,
}

impl Proxy {
    /// Starts one with every default.
    pub async fn start() -> Result<Self> {
        Setup::new().start().await
    }

    pub(crate) async fn spawn(command: Command, place: Place, config: Option<ConfigFile>) -> Result<Self> {
        let (child, mut stdout, complaints) = start(command)?;
        let mut line = String::new();
        within("the line that tells the port", stdout.read_line(&mut line)).await??;
        let Some(port) = port_of(&line).or_else(|| line.starts_with("listening on /").then_some(0)) else {
            let exit = Exit::wait(child, stdout, complaints).await?;
            bail!("nws said {line:?} instead of where it listens, and {exit:?}");
        };
        Ok(Self { child, stdout, complaints, place, port, _config: config })
    }

    /// Opens a TCP connection to it, on its own machine.
    pub async fn connect(&self) -> Result<TcpStream> {
        self.place.connect(self.port).await
    }

    /// The port that it listens on; 0 if there is none.
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

    /// Sends it a signal, by the name that `kill` knows. `NWS_TERM` names the signal that stops a program for another
    /// system, which knows no `TERM`.
    pub async fn signal(&self, name: &str) -> Result<()> {
        let stop = std::env::var("NWS_TERM").ok().filter(|_| name == "TERM");
        signal::send(stop.as_deref().unwrap_or(name), self.pid()?).await
    }

    /// Waits for a line of its log that has all of `words`.
    pub async fn log(&self, words: &[&str]) -> Result<String> {
        self.complaints.line(words).await
    }

    /// The folder for what lives as long as it does.
    #[must_use]
    pub fn runtime_folder(&self) -> PathBuf {
        self.place.runtime_folder()
    }

    /// The token of its start.
    pub fn token(&self) -> Result<String> {
        let path = self.runtime_folder().join("nws").join(format!("token-{}", self.port));
        std::fs::read_to_string(&path).with_context(|| format!("no token in {}", path.display()))
    }

    /// Who it is for other proxies, and the port that it listens on for them.
    pub async fn link(&self) -> Result<(String, u16)> {
        let line = self.log(&["listening for other proxies"]).await?;
        let value = |key: &str| line.split(' ').find_map(|word| word.strip_prefix(key));
        let proxy = value("proxy=").with_context(|| format!("no proxy in {line:?}"))?;
        let port = value("port=").with_context(|| format!("no port in {line:?}"))?;
        Ok((proxy.to_owned(), port.parse()?))
    }

    /// Waits until it has ended.
    pub async fn exit(self) -> Result<Exit> {
        Exit::wait(self.child, self.stdout, self.complaints).await
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
        let (child, stdout, complaints) = start(command)?;
        Self::wait(child, stdout, complaints).await
    }

    async fn wait(
        mut child: Child,
        mut stdout: BufReader<ChildStdout>,
        complaints: Complaints,
    ) -> Result<Self> {
        let mut out = String::new();
        let ended = async {
            let all = tokio::join!(child.wait(), stdout.read_to_string(&mut out), complaints.all());
            anyhow::Ok((all.0?, all.1?, all.2))
        };
        let (status, _, stderr) = within("the end of nws", ended).await??;
        Ok(Self { status, stdout: out, stderr })
    }
}

fn start(mut command: Command) -> Result<(Child, BufReader<ChildStdout>, Complaints)> {
    #[cfg(windows)]
    signal::lead_group(&mut command);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().context("cannot start nws")?;
    let stdout = child.stdout.take().context("no standard output")?;
    let stderr = child.stderr.take().context("no standard error")?;
    Ok((child, BufReader::new(stdout), Complaints::of(stderr)))
}

fn port_of(line: &str) -> Option<u16> {
    line.strip_prefix("listening on http://localhost:")?.strip_suffix("/\n")?.parse().ok()
}
