//! The servers that are compared: each is started, waited for and ended.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use nws_report::load::Framing;
use nws_tools::checkout;
use serde::{Deserialize, Serialize};

use super::contenders::Programs;
use crate::kept;

/// Ports below those that clients get. Otherwise a client may have the port that a server wants.
const PORTS: std::ops::Range<u16> = 9100..10_200;
/// Time for a start, which takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// Time for what a server still does after it first accepts.
const REST: Duration = Duration::from_millis(300);
/// The arguments of nws before the port.
const NWS_WORDS: &str = "run --no-discovery --port";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Server {
    Nws,
    /// Bun.serve, which is uWebSockets with a dozen lines of code.
    Bun,
    /// TCP alone: the least work that any relay has to do.
    Floor,
    /// Another build of nws.
    #[serde(rename = "nws-b")]
    Against,
}

impl Server {
    pub(crate) const ALL: [Self; 4] = [Self::Nws, Self::Bun, Self::Floor, Self::Against];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nws => "nws",
            Self::Bun => "bun",
            Self::Floor => "floor",
            Self::Against => "nws-b",
        }
    }

    /// Gives whether it is a build of nws, which has binary payloads too.
    pub(crate) fn is_nws(self) -> bool {
        matches!(self, Self::Nws | Self::Against)
    }

    /// The framing that it uses.
    pub(crate) fn framing(self, is_binary: bool) -> Framing {
        match self {
            Self::Floor => Framing::Tcp,
            Self::Nws | Self::Against if is_binary => Framing::Binary,
            Self::Nws | Self::Against | Self::Bun => Framing::Text,
        }
    }

    /// Its program, and the arguments before the port.
    fn program(self, programs: &Programs) -> (PathBuf, Vec<String>) {
        let words = |words: &str| words.split(' ').map(str::to_owned).collect();
        let peers = &programs.peers;
        match self {
            Self::Nws => (checkout::program("nws", true), words(NWS_WORDS)),
            Self::Against => (programs.against.clone(), words(NWS_WORDS)),
            Self::Floor => (peers.join("rust/target/release/floor"), words("batch")),
            Self::Bun => {
                let script = peers.join("node/bun-server.js").to_string_lossy().into_owned();
                (peers.join("node/node_modules/.bin/bun"), vec![script, "nws".to_owned()])
            }
        }
    }
}

/// A server that accepts connections. Dropping it ends the process.
pub(crate) struct Running {
    child: Child,
    pub(crate) port: u16,
}

impl Running {
    /// Starts it on the cores that `cores` names in the syntax of `taskset`, or on any.
    pub(crate) fn start(server: Server, programs: &Programs, cores: Option<&str>) -> Result<Self> {
        let port = free_port()?;
        let (program, words) = server.program(programs);
        let mut command = match cores {
            Some(cores) => {
                let mut pinned = Command::new("taskset");
                pinned.args(["-c", cores]).arg(program);
                pinned
            }
            None => Command::new(program),
        };
        let log = File::create(kept::folder()?.join(format!("{}.log", server.name())))?;
        command.args(words).arg(port.to_string()).stdin(Stdio::null());
        command.stdout(log.try_clone()?).stderr(log);
        let child = command.spawn().with_context(|| format!("cannot start {}", server.name()))?;
        let mut running = Self { child, port };
        running.wait().with_context(|| format!("{} does not serve", server.name()))?;
        Ok(running)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Resident memory of its process, in KiB.
    pub(crate) fn resident_kib(&self) -> Result<f64> {
        let status =
            fs::read_to_string(format!("/proc/{}/status", self.pid())).context("this needs Linux")?;
        resident_kib(&status).context("the kernel does not tell the memory of the server")
    }

    fn wait(&mut self) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("it ended with {status}");
            }
            if Instant::now() > end {
                bail!("no server accepts on port {} after {PATIENCE:?}", self.port);
            }
            sleep(Duration::from_millis(20));
        }
        sleep(REST);
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only for a process that has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn resident_kib(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// A port on which no program listens. Each call gives another one, as a closed connection occupies
/// its port for a while.
fn free_port() -> Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    for _ in PORTS {
        let step = NEXT.fetch_add(1, Ordering::Relaxed) % (PORTS.end - PORTS.start);
        let port = PORTS.start + step;
        if TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).is_ok() {
            return Ok(port);
        }
    }
    bail!("no free port in {PORTS:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_as_the_kernel_writes_it() {
        assert_eq!(resident_kib("Name:\tnws\nVmRSS:\t    7996 kB\nThreads:\t2\n"), Some(7996.0));
    }
}
