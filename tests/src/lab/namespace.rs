//! A network namespace, and how to work in it.

use std::fs::File;
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use anyhow::{Context, Result, anyhow};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use tokio::net::TcpStream;

use super::ip;
use crate::deadline::DEADLINE;

/// Where `ip` keeps a file for each namespace.
pub(super) const FOLDER: &str = "/run/netns";

/// A network namespace, which goes with the last value that stands for it.
#[derive(Clone)]
pub struct Namespace(Arc<Name>);

struct Name(String);

impl Namespace {
    /// Makes one whose loopback is up.
    pub(super) fn create(name: String) -> Result<Self> {
        ip::read(&format!("netns add {name}"))?;
        let namespace = Self(Arc::new(Name(name)));
        ip::run(namespace.name(), "link set lo up")?;
        Ok(namespace)
    }

    /// The name by which `ip` knows it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.0
    }

    /// Where its proxies keep what lives as long as they do.
    pub(crate) fn runtime_folder(&self) -> PathBuf {
        self.0.runtime_folder()
    }

    /// Does `work` in it: sockets opened there stay there.
    ///
    /// A thread enters and ends with the work, so that nothing else gets in.
    pub fn inside<T: Send>(&self, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        let door = File::open(PathBuf::from(FOLDER).join(self.name()))
            .with_context(|| format!("no namespace {}", self.name()))?;
        let enter = || {
            move_into_link_name_space(door.as_fd(), Some(LinkNameSpaceType::Network))?;
            work()
        };
        let outcome = thread::scope(|scope| scope.spawn(enter).join());
        outcome.map_err(|_| anyhow!("a panic in {}", self.name()))?
    }

    /// The words before a command with which it runs inside, in the same process.
    #[must_use]
    pub fn entrance(&self) -> [&str; 4] {
        ["ip", "netns", "exec", self.name()]
    }

    /// Opens a TCP connection from inside.
    pub fn connect(&self, address: SocketAddr) -> Result<TcpStream> {
        let stream = self.inside(|| Ok(std::net::TcpStream::connect_timeout(&address, DEADLINE)?))?;
        stream.set_nonblocking(true)?;
        Ok(TcpStream::from_std(stream)?)
    }
}

impl Name {
    fn runtime_folder(&self) -> PathBuf {
        std::env::temp_dir().join(format!("nws-test-run-{}", self.0))
    }
}

impl Drop for Name {
    fn drop(&mut self) {
        // A folder that is left harms nobody.
        std::fs::remove_dir_all(self.runtime_folder()).ok();
        // What stays is swept by the next lab.
        ip::read(&format!("netns del {}", self.0)).ok();
    }
}
