//! Figures of the program `nws` itself: how soon it serves, how large it is, and what it does while
//! no client sends.

pub(super) mod binary;
pub(super) mod quiet;
pub(super) mod start;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nws_tools::checkout;

/// Time for a reply that takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// A proxy of the release build. Dropping it ends the process.
pub(crate) struct Running {
    child: Child,
    port: u16,
}

impl Running {
    /// Starts a proxy on a free port, and waits for the line with the port.
    pub(crate) fn start() -> Result<Self> {
        let mut command = Command::new(checkout::program("nws", true));
        command.args(["run", "--port", "0", "--no-discovery"]).env("NWS_LOG", "warn");
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut running = Self { child: command.spawn().context("cannot start nws")?, port: 0 };
        let stdout = running.child.stdout.take().context("no standard output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let port = line.trim().strip_prefix("listening on http://localhost:");
        let port =
            port.and_then(|rest| rest.strip_suffix('/')).with_context(|| format!("nws said {line:?}"))?;
        running.port = port.parse()?;
        Ok(running)
    }

    /// Opens a connection and upgrades it to a WebSocket.
    fn join(&self, channel: &str) -> Result<TcpStream> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let request = format!(
            "GET /{channel} HTTP/1.1\r\nHost: localhost:{}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            self.port
        );
        stream.write_all(request.as_bytes())?;
        let mut answer = [0; b"HTTP/1.1 101".len()];
        stream.read_exact(&mut answer)?;
        if &answer != b"HTTP/1.1 101" {
            bail!("not upgraded: {}", String::from_utf8_lossy(&answer));
        }
        Ok(stream)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A process that has ended already need not be ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
