//! Parses the address of the server.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::str::FromStr;

/// The address to connect to, and the `Host` for requests.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    pub(crate) socket: SocketAddr,
    pub(crate) host: String,
}

impl FromStr for Address {
    type Err = io::Error;

    /// Reads `ws://host:port`, with or without the scheme; a path is ignored.
    fn from_str(text: &str) -> io::Result<Self> {
        let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
        let host = rest.split('/').next().unwrap_or(rest).to_owned();
        let none = || io::Error::new(io::ErrorKind::NotFound, "this name has no address");
        Ok(Self { socket: host.to_socket_addrs()?.next().ok_or_else(none)?, host })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scheme_and_path_do_not_matter() {
        for text in ["ws://127.0.0.1:9009", "127.0.0.1:9009", "tcp://127.0.0.1:9009/x"] {
            let address: Address = text.parse().unwrap();
            assert_eq!((address.socket.port(), address.host.as_str()), (9009, "127.0.0.1:9009"));
        }
    }

    #[test]
    fn a_port_is_needed() {
        assert!("ws://127.0.0.1".parse::<Address>().is_err());
    }
}
