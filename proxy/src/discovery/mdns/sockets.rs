//! Finds out whether a daemon can have its sockets. The daemon tries only once, when it starts, and
//! does not report failure.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use mdns_sd::MDNS_PORT;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::time::sleep;

use crate::tcp::is_without_family;

/// How often a port that another program holds is tried again.
const TRY_PERIOD: Duration = Duration::from_secs(5);

/// The addresses on which a daemon listens.
const ADDRESSES: [SocketAddr; 2] = [
    SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), MDNS_PORT),
    SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), MDNS_PORT),
];

/// The addresses at which a daemon that starts now gets no socket, although the system has that
/// family of addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Held(Vec<SocketAddr>);

/// No socket can be opened.
#[derive(Debug, thiserror::Error)]
#[error("UDP port {MDNS_PORT} cannot be used, perhaps because another program holds it for itself: {0}")]
pub(super) struct NoSocket(io::Error);

impl Held {
    /// Opens the sockets for a moment.
    pub(super) fn look() -> Result<Self, NoSocket> {
        let failures: Vec<_> =
            ADDRESSES.iter().filter_map(|address| Some((*address, open(*address).err()?))).collect();
        let all_failed = failures.len() == ADDRESSES.len();
        let held = failures.iter().filter(|(_, error)| !is_without_family(error));
        let held = Self(held.map(|(address, _)| *address).collect());
        match failures.into_iter().next() {
            Some((_, error)) if all_failed => Err(NoSocket(error)),
            _ => Ok(held),
        }
    }

    /// These addresses.
    pub(super) fn into_addresses(self) -> Vec<SocketAddr> {
        self.0
    }

    /// Gives whether a socket at `address` is among those.
    pub(super) fn concerns(&self, address: IpAddr) -> bool {
        self.0.iter().any(|held| held.is_ipv4() == address.is_ipv4())
    }

    /// Waits until one of them is free; for ever where there are none.
    pub(super) async fn freed(&self) {
        if self.0.is_empty() {
            return std::future::pending().await;
        }
        while !self.0.iter().any(|address| open(*address).is_ok()) {
            sleep(TRY_PERIOD).await;
        }
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let addresses: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&addresses.join(" and "))
    }
}

/// Opens a socket as the daemon does.
fn open(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    // Where the system has no such option, the daemon does without it too.
    #[cfg(unix)]
    let _ = socket.set_reuse_port(true);
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.bind(&address.into())?;
    Ok(socket)
}
