//! Opens network namespaces, so that the clients of one run connect to different servers.

use std::fs::File;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsFd;
use std::path::Path;
use std::thread;

use mio::net::TcpStream;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::source::connect_from;

/// The folder in which `ip netns` keeps a file for each namespace.
const FOLDER: &str = "/run/netns";

/// The namespaces from which clients connect. If there is none, it is the one of this program.
pub(crate) struct Namespaces {
    doors: Vec<File>,
    /// The address from which they connect; `None` for the one that the system chooses.
    source: Option<IpAddr>,
}

impl Namespaces {
    /// Opens the namespaces with these names of `ip netns`.
    pub(crate) fn open(names: &[String], source: Option<IpAddr>) -> io::Result<Self> {
        let open = |name: &String| {
            let no = |error: io::Error| io::Error::new(error.kind(), format!("no namespace {name}: {error}"));
            File::open(Path::new(FOLDER).join(name)).map_err(no)
        };
        Ok(Self { doors: names.iter().map(open).collect::<io::Result<_>>()?, source })
    }

    /// Begins a connection: from the first namespace for a sender, from the last for any other
    /// client.
    pub(crate) fn connect(&self, is_sender: bool, address: SocketAddr) -> io::Result<TcpStream> {
        match if is_sender { self.doors.first() } else { self.doors.last() } {
            None => connect_from(self.source, address),
            Some(door) => self.connect_inside(door, address),
        }
    }

    /// Connects in a namespace. A socket stays in the namespace of the thread that opened it. This
    /// thread ends afterwards, so nothing else gets there.
    fn connect_inside(&self, door: &File, address: SocketAddr) -> io::Result<TcpStream> {
        let connect = || {
            move_into_link_name_space(door.as_fd(), Some(LinkNameSpaceType::Network))?;
            connect_from(self.source, address)
        };
        let connected = thread::scope(|scope| scope.spawn(connect).join());
        connected.unwrap_or_else(|_| Err(io::Error::other("a panic while connecting")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_that_is_not_there_is_named() {
        let error = Namespaces::open(&["of-nobody".to_owned()], None).err().unwrap();
        assert!(error.to_string().starts_with("no namespace of-nobody: "), "{error}");
    }
}
