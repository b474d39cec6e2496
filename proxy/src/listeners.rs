//! Listens on both loopback addresses, on the same port; on a Unix socket; and for other proxies.

#[cfg(unix)]
mod unix;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};

use tokio::net::TcpListener;

use crate::api::{Token, TokenFile};
use crate::link::LinkListener;
use crate::proxy_place::ProxyPlace;
use crate::stream::Stream;
use crate::tcp::{is_without_family, listen_for_clients};
use crate::{Config, Error};

/// How often a port is looked for that is free on both addresses.
const TRIES: usize = 16;

/// Sockets that listen: for clients on 127.0.0.1 and, if the system has IPv6, on `[::1]`; for
/// programs on a Unix socket; for other proxies. Each exists only if it is wanted.
#[derive(Debug)]
pub struct Listeners {
    pub(crate) clients: Vec<Listener>,
    pub(crate) links: Option<LinkListener>,
    port: Option<u16>,
    /// The token of this start, and its file if it could be written.
    pub(crate) token: Option<(Token, Option<TokenFile>)>,
}

/// A socket that listens for clients.
#[derive(Debug)]
pub(crate) enum Listener {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(unix::OwnSocket),
}

impl Listeners {
    /// Listens on the configured port, or for 0 on one that is free on both addresses; on the Unix
    /// socket; and on the port for other proxies. Call this before there are other threads, because
    /// of the Unix socket and of the table of descriptors.
    ///
    /// # Errors
    ///
    /// [`Error::PortTaken`] when either address is in use; [`Error::PortReserved`] when Windows
    /// keeps the port for another use; [`Error::LinkPort`] when the port for other proxies is
    /// taken; [`Error::Listen`] for other reasons; [`Error::UnixTaken`] and its like for the Unix
    /// socket. A system without IPv6 only causes a warning.
    pub fn bind(config: &Config) -> Result<Self, Error> {
        #[cfg(target_os = "linux")]
        crate::descriptors::grow_table();
        let mut listeners = Self { clients: Vec::new(), links: None, port: None, token: None };
        if config.tcp {
            listeners.bind_local(config.port)?;
        }
        #[cfg(unix)]
        if let Some(path) = &config.unix {
            listeners.clients.push(Listener::Unix(unix::OwnSocket::bind(path)?));
        }
        if config.links.are_wanted() {
            listeners.links = Some(LinkListener::bind(config.links.port)?);
        }
        listeners.token = Some(make_token(config, listeners.port)?);
        Ok(listeners)
    }

    fn bind_local(&mut self, port: u16) -> Result<(), Error> {
        let mut result = bind_both(port);
        for _ in 1..TRIES {
            if port != 0 || !matches!(result, Err(Error::PortTaken { .. })) {
                break;
            }
            result = bind_both(port);
        }
        let (port, listeners) = result?;
        self.port = Some(port);
        self.clients.extend(listeners.into_iter().map(Listener::Tcp));
        Ok(())
    }

    /// The port on both addresses, if there is one.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.port
    }
}

/// Writes a line for each way to connect.
impl fmt::Display for Listeners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(port) = self.port {
            writeln!(f, "listening on http://localhost:{port}/")?;
        }
        for listener in &self.clients {
            match listener {
                Listener::Tcp(_) => {}
                #[cfg(unix)]
                Listener::Unix(socket) => writeln!(f, "listening on {}", socket.path().display())?,
            }
        }
        Ok(())
    }
}

impl Listener {
    /// The next connection; `None` for one of another user.
    pub(crate) async fn accept(&self) -> io::Result<Option<Stream>> {
        match self {
            Self::Tcp(listener) => Ok(Some(Stream::Tcp(listener.accept().await?.0))),
            #[cfg(unix)]
            Self::Unix(socket) => Ok(socket.accept().await?.map(Stream::Unix)),
        }
    }
}

/// Makes the token of this start, and writes its file.
fn make_token(config: &Config, port: Option<u16>) -> Result<(Token, Option<TokenFile>), Error> {
    let token = Token::generate()?;
    let place = port.map(ProxyPlace::Port).or_else(|| config.unix.clone().map(ProxyPlace::Socket));
    let Some((folder, place)) = config.runtime_folder.as_ref().zip(place) else { return Ok((token, None)) };
    match token.keep_in(folder, &place) {
        Ok(file) => Ok((token, Some(file))),
        Err(error) => {
            tracing::warn!(
                %error,
                folder = %folder.path.display(),
                "the token file cannot be written: `nws console` and `nws status` can show no names"
            );
            Ok((token, None))
        }
    }
}

/// Gives whether other users could put anything else in the place of this folder.
#[cfg(unix)]
pub(crate) fn check_folder(folder: &std::path::Path) -> Result<(), Error> {
    unix::way::check(folder)
}

/// Finds a port that both addresses have, and listens there.
fn bind_both(port: u16) -> Result<(u16, Vec<TcpListener>), Error> {
    let v4 = listen_for_clients((Ipv4Addr::LOCALHOST, port).into()).map_err(fault(port, "127.0.0.1"))?;
    let port = v4.local_addr().map_err(fault(port, "127.0.0.1"))?.port();
    let mut listeners = vec![v4];
    match listen_for_clients((Ipv6Addr::LOCALHOST, port).into()) {
        Ok(v6) => listeners.push(v6),
        Err(error) if is_without_family(&error) => {
            tracing::warn!("this system has no IPv6: [::1]:{port} is not served");
        }
        Err(error) => return Err(fault(port, "[::1]")(error)),
    }
    Ok((port, listeners))
}

fn fault(port: u16, address: &'static str) -> impl Fn(io::Error) -> Error {
    move |source| {
        if source.kind() == io::ErrorKind::AddrInUse {
            Error::PortTaken { port, address }
        } else if cfg!(windows) && source.kind() == io::ErrorKind::PermissionDenied {
            Error::PortReserved { port, address }
        } else {
            Error::Listen { port, address, source }
        }
    }
}
