//! Finds out who has a port.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

/// How long a program has to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Far more than a proxy answers.
const MOST: u64 = 16 * 1024;

/// Who has a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// Another proxy.
    Proxy,
    /// A program that does not answer as a proxy does.
    Program,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Proxy => "another proxy",
            Self::Program => "another program",
        })
    }
}

/// Who has the port on loopback; nobody if it is free, or cannot be had at all.
pub(super) fn holder(port: u16) -> Option<Holder> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let taken = TcpListener::bind(address).is_err_and(|error| error.kind() == ErrorKind::AddrInUse);
    taken.then(|| if serves(port) { Holder::Proxy } else { Holder::Program })
}

/// Gives whether a proxy answers at this port of loopback.
pub(super) fn serves(port: u16) -> bool {
    is_proxy(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).unwrap_or(false)
}

fn is_proxy(address: SocketAddr) -> io::Result<bool> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let port = address.port();
    write!(stream, "GET /status HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(MOST).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).contains(r#""service":"networkwebsockets""#))
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};

    use super::*;

    #[test]
    fn a_port_is_free_or_has_a_holder() {
        assert_eq!(holder(0), None);
        for (answer, who) in [
            ("HTTP/1.1 200 OK\r\n\r\n{\"service\":\"networkwebsockets\"}", Holder::Proxy),
            ("HTTP/1.1 404 Not Found\r\n\r\n", Holder::Program),
            ("", Holder::Program),
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = listener.local_addr().unwrap().port();
            let server = std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
                let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
                assert_eq!(head[1], format!("Host: localhost:{port}"));
                stream.write_all(answer.as_bytes()).unwrap();
            });
            assert_eq!(holder(port), Some(who));
            server.join().unwrap();
        }
    }
}
