//! Listens to multicast DNS, and notes from where it comes on which interface.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use mdns_sd::MDNS_PORT;
use socket_pktinfo::PktInfoUdpSocket;
use socket2::Domain;

use crate::interfaces::Interfaces;

const GROUP_V4: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
const GROUP_V6: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0xfb);

/// How soon a thread sees that nobody listens to it any more.
const GLANCE: Duration = Duration::from_millis(50);

/// Packets of different origin that are noted.
const HEARD_MAX: usize = 1024;

/// Longest packet of mDNS (RFC 6762, section 17).
const PACKET_MAX: usize = 9000;

/// Where a packet came from, and on which interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Heard {
    pub(super) interface: u32,
    pub(super) from: IpAddr,
    /// It is the question of this program.
    pub(super) is_ours: bool,
}

/// A listener. Its threads end after it.
pub(super) struct Ear {
    heard: Arc<Mutex<BTreeSet<Heard>>>,
    is_over: Arc<AtomicBool>,
    refused: BTreeMap<IpAddr, String>,
}

impl Ear {
    /// Listens on `used`. A packet with `mark` in it is ours. A family that cannot be listened to
    /// is left out.
    pub(super) fn open(used: &Interfaces, mark: &str) -> Self {
        let mut ear = Self { heard: Arc::default(), is_over: Arc::default(), refused: BTreeMap::new() };
        for domain in [Domain::IPV4, Domain::IPV6] {
            let Ok((socket, waiting)) = join(domain, used, &mut ear.refused) else { continue };
            let (heard, is_over) = (Arc::clone(&ear.heard), Arc::clone(&ear.is_over));
            let mark = mark.as_bytes().to_vec();
            thread::spawn(move || listen(&socket, &waiting, &mark, &heard, &is_over));
        }
        ear
    }

    /// The addresses at which the system lets this program join no group, and why.
    pub(super) fn refused(&self) -> &BTreeMap<IpAddr, String> {
        &self.refused
    }

    /// What was heard until now.
    pub(super) fn heard(&self) -> BTreeSet<Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
    }
}

/// A socket of the groups, and the same socket again to set how long it waits.
fn join(
    domain: Domain,
    used: &Interfaces,
    refused: &mut BTreeMap<IpAddr, String>,
) -> io::Result<(PktInfoUdpSocket, UdpSocket)> {
    let socket = PktInfoUdpSocket::new(domain)?;
    socket.set_reuse_address(true)?;
    #[cfg(unix)]
    let _ = socket.set_reuse_port(true);
    let any: IpAddr =
        if domain == Domain::IPV4 { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    socket.bind(&SocketAddr::from((any, MDNS_PORT)).into())?;
    for interface in used.iter() {
        let joined = match interface.address {
            IpAddr::V4(address) if domain == Domain::IPV4 => socket.join_multicast_v4(&GROUP_V4, &address),
            IpAddr::V6(_) if domain == Domain::IPV6 => socket.join_multicast_v6(&GROUP_V6, interface.index),
            IpAddr::V4(_) | IpAddr::V6(_) => Ok(()),
        };
        if let Err(error) = joined.or_else(|error| is_member(&error).then_some(()).ok_or(error)) {
            refused.insert(interface.address, error.to_string());
        }
    }
    let waiting = socket.try_clone_std()?;
    waiting.set_nonblocking(false)?;
    waiting.set_read_timeout(Some(GLANCE))?;
    Ok((socket, waiting))
}

/// Gives whether the group was joined before, by another address of the same interface.
fn is_member(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrInUse
}

fn listen(
    socket: &PktInfoUdpSocket,
    _waiting: &UdpSocket,
    mark: &[u8],
    heard: &Mutex<BTreeSet<Heard>>,
    is_over: &AtomicBool,
) {
    let mut packet = vec![0; PACKET_MAX];
    while !is_over.load(Ordering::Acquire) {
        let Ok((length, info)) = socket.recv(&mut packet) else { continue };
        let is_ours = packet[..length].windows(mark.len()).any(|part| part == mark);
        let interface = u32::try_from(info.if_index).unwrap_or_default();
        let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.len() < HEARD_MAX {
            heard.insert(Heard { interface, from: info.addr_src.ip().to_canonical(), is_ours });
        }
    }
}
