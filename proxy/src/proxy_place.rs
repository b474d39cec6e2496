//! Where a proxy of this machine is found by those who use it.

use std::fmt;
use std::path::PathBuf;

/// Where a proxy of this machine listens for clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProxyPlace {
    /// At a port of 127.0.0.1.
    Port(u16),
    /// At a Unix socket.
    Socket(PathBuf),
}

impl fmt::Display for ProxyPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port(port) => write!(f, "port {port}"),
            Self::Socket(path) => path.display().fmt(f),
        }
    }
}
