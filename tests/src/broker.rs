//! Real NATS servers for proxies that share them.

use std::env::temp_dir;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};
use tokio::process::{Child, Command};

use crate::complaints::Complaints;
#[cfg(target_os = "linux")]
use crate::lab::Machine;
use crate::place::Place;
use crate::within;

/// A server. Dropping it kills the process.
pub struct Broker {
    process: Child,
    log: Complaints,
    port: u16,
    /// Where its configuration lies, if it has one.
    file: Option<PathBuf>,
}

impl Broker {
    /// One on a free port of this machine that lets everybody do everything.
    pub async fn start() -> Result<Self> {
        Self::run(&Place::Here, &["--addr", "127.0.0.1", "--port", "-1"], None).await
    }

    /// One on a free port of this machine with this configuration.
    pub async fn configured(configuration: &str) -> Result<Self> {
        let flags = ["--addr", "127.0.0.1", "--port", "-1"];
        Self::run(&Place::Here, &flags, Some(write(configuration)?)).await
    }

    /// One at the port of another that is no more.
    pub async fn at(port: u16) -> Result<Self> {
        Self::run(&Place::Here, &["--addr", "127.0.0.1", "--port", &port.to_string()], None).await
    }

    /// One on a machine of a lab, with the usual port of all its addresses and this configuration.
    #[cfg(target_os = "linux")]
    pub async fn on(machine: &Machine, configuration: &str) -> Result<Self> {
        Self::run(&Place::On(machine.namespace().clone()), &[], Some(write(configuration)?)).await
    }

    async fn run(place: &Place, flags: &[&str], file: Option<PathBuf>) -> Result<Self> {
        let mut command: Command = place.command("nats-server".into(), None);
        command.args(flags);
        if let Some(file) = &file {
            command.arg("--config").arg(file);
        }
        command.stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut process = command
            .spawn()
            .context("nats-server is missing: apt-get install nats-server, or cargo xtask test as root")?;
        let log = Complaints::of(process.stderr.take().context("it has a log")?);
        let line = log.line(&["Listening for client connections on "]).await?;
        log.line(&["Server is ready"]).await?;
        let port = line.rsplit(':').next().context("it has a port")?.parse()?;
        Ok(Self { process, log, port, file })
    }

    /// The port on which it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process.
    pub fn pid(&self) -> Result<u32> {
        self.process.id().context("the broker has ended")
    }

    /// Waits for a line of its log that has all of `words`.
    pub async fn log(&self, words: &[&str]) -> Result<String> {
        self.log.line(words).await
    }

    /// Ends it without a goodbye, and gives its port.
    pub async fn kill(mut self) -> Result<u16> {
        within("the end of a broker", self.process.kill()).await??;
        Ok(self.port)
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            // What is left of it lies in the folder for such files.
            let _ = fs::remove_file(file);
        }
    }
}

fn write(configuration: &str) -> Result<PathBuf> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = temp_dir().join(format!("nws-broker-{}-{number}.conf", std::process::id()));
    fs::write(&path, configuration)?;
    Ok(path)
}
