//! A real NATS server for proxies that share it.

use std::env::temp_dir;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

use crate::within;

/// A server on a port of this machine.
pub struct Broker {
    process: Child,
    port: u16,
    /// Where its configuration lies, if it has one.
    file: Option<PathBuf>,
}

impl Broker {
    /// One that lets everybody do everything.
    pub async fn start() -> Result<Self> {
        Self::with_port(None, None).await
    }

    /// One with this configuration.
    pub async fn configured(configuration: &str) -> Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = temp_dir().join(format!("nws-broker-{}-{number}.conf", std::process::id()));
        fs::write(&path, configuration)?;
        Self::with_port(None, Some(path)).await
    }

    /// One at the port of another that is no more.
    pub async fn at(port: u16) -> Result<Self> {
        Self::with_port(Some(port), None).await
    }

    async fn with_port(port: Option<u16>, file: Option<PathBuf>) -> Result<Self> {
        let mut command = Command::new("nats-server");
        let port = port.map_or_else(|| "-1".to_owned(), |port| port.to_string());
        command.args(["--addr", "127.0.0.1", "--port", &port]);
        if let Some(file) = &file {
            command.arg("--config").arg(file);
        }
        command.stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut process = command
            .spawn()
            .context("nats-server is missing: apt-get install nats-server, or cargo xtask test as root")?;
        let mut log = BufReader::new(process.stderr.take().context("it has a log")?).lines();
        let port = within("a broker that listens", listening(&mut log)).await??;
        tokio::spawn(async move { while let Ok(Some(_)) = log.next_line().await {} });
        Ok(Self { process, port, file })
    }

    /// The port on which it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends it without a goodbye, and gives its port.
    pub async fn kill(mut self) -> Result<u16> {
        self.process.kill().await?;
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

async fn listening(log: &mut Lines<BufReader<ChildStderr>>) -> Result<u16> {
    let mut port = None;
    while let Some(line) = log.next_line().await? {
        if let Some((_, address)) = line.split_once("Listening for client connections on ") {
            port = address.rsplit(':').next().map(str::parse).transpose()?;
        }
        if line.contains("Server is ready") {
            break;
        }
    }
    port.context("nats-server ended before it listened")
}
