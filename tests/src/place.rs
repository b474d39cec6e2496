//! Where a proxy runs: on this machine, or on one of a lab.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Result;
use tokio::net::TcpStream;
use tokio::process::Command;

#[cfg(target_os = "linux")]
use crate::lab::Namespace;
use crate::within;

/// The place of a proxy and its clients.
#[derive(Clone, Default)]
pub(crate) enum Place {
    /// This machine, whose network is nothing to play with.
    #[default]
    Here,
    /// A machine of a lab.
    #[cfg(target_os = "linux")]
    On(Namespace),
}

impl Place {
    /// The flags without which a proxy must not run there.
    pub(crate) fn flags(&self, has_port: bool) -> &'static [&'static str] {
        match self {
            Self::Here if has_port => &["--no-discovery"],
            Self::Here => &["--no-discovery", "--port", "0"],
            #[cfg(target_os = "linux")]
            Self::On(_) => &[],
        }
    }

    /// A command that becomes `program` there, with no more than so many file descriptors. The process stays the same,
    /// so signals reach the program.
    pub(crate) fn command(&self, program: PathBuf, descriptors: Option<u32>) -> Command {
        let mut words: Vec<OsString> = self.entrance();
        if let Some(count) = descriptors {
            words.extend(
                ["sh", "-c", r#"ulimit -n "$0" && exec "$@""#, &count.to_string()].map(OsString::from),
            );
        }
        words.push(program.into());
        let mut command = Command::new(words.remove(0));
        command.args(words);
        command
    }

    fn entrance(&self) -> Vec<OsString> {
        match self {
            Self::Here => Vec::new(),
            #[cfg(target_os = "linux")]
            Self::On(namespace) => namespace.entrance().map(OsString::from).into(),
        }
    }

    /// Where proxies there keep what lives as long as they do. Those of different machines may have
    /// the same port.
    pub(crate) fn runtime_folder(&self) -> PathBuf {
        match self {
            Self::Here => std::env::temp_dir().join("nws-test-run"),
            #[cfg(target_os = "linux")]
            Self::On(namespace) => namespace.runtime_folder(),
        }
    }

    /// Where proxies there keep what lives longer than they do. Without a machine of a lab there is no such place: this
    /// is a file, so nothing is in it.
    pub(crate) fn state_folder(&self) -> PathBuf {
        match self {
            Self::Here => std::env::current_exe().unwrap_or_default(),
            #[cfg(target_os = "linux")]
            Self::On(namespace) => namespace.runtime_folder().join("state"),
        }
    }

    /// Connects to a port of its loopback.
    pub(crate) async fn connect(&self, port: u16) -> Result<TcpStream> {
        match self {
            Self::Here => Ok(within("a connection", TcpStream::connect(("127.0.0.1", port))).await??),
            #[cfg(target_os = "linux")]
            Self::On(namespace) => namespace.connect(([127, 0, 0, 1], port).into()),
        }
    }
}
