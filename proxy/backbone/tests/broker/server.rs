//! A NATS server on a port of its own.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// Time in which the server has to listen.
const START: Duration = Duration::from_secs(20);

pub(crate) struct Server {
    process: Child,
    pub(crate) port: u16,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(&["--port", "-1"]).await
    }

    pub(crate) async fn with(arguments: &[&str]) -> Self {
        let mut command = Command::new("nats-server");
        command.args(["--addr", "127.0.0.1"]).args(arguments);
        let command = command.stderr(Stdio::piped()).kill_on_drop(true);
        let mut process = command
            .spawn()
            .expect("these tests need nats-server: apt-get install nats-server, or cargo xtask test");
        let mut log = BufReader::new(process.stderr.take().unwrap()).lines();
        let listening = async {
            let mut port = None;
            while let Some(line) = log.next_line().await.unwrap() {
                if let Some((_, address)) = line.split_once("Listening for client connections on ") {
                    port = address.rsplit(':').next().and_then(|port| port.parse().ok());
                }
                if line.contains("Server is ready") {
                    break;
                }
            }
            port.expect("the server says where it listens")
        };
        let port = timeout(START, listening).await.expect("the server starts in time");
        tokio::spawn(async move { while let Ok(Some(_)) = log.next_line().await {} });
        Self { process, port }
    }

    /// Ends it as a power failure would.
    pub(crate) async fn kill(mut self) -> u16 {
        self.process.kill().await.unwrap();
        self.port
    }

    pub(crate) async fn again(port: u16) -> Self {
        Self::with(&["--port", &port.to_string()]).await
    }
}
