//! A socket of the group of mDNS, for whoever does not speak it honestly or only listens.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use anyhow::{Context, Result};
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use tokio::net::UdpSocket;

use super::Machine;
use crate::within;

const GROUP: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
const PORT: u16 = 5353;
/// No packet of mDNS is larger (RFC 6762, section 17).
const PACKET_MAX: usize = 9000;

/// A member of the group on the `eth0` of a machine.
pub struct Multicast {
    socket: UdpSocket,
}

impl Multicast {
    /// Joins the group.
    pub fn join(machine: &Machine) -> Result<Self> {
        let socket = machine.namespace().inside(|| open(machine.address()))?;
        Ok(Self { socket: UdpSocket::from_std(socket.into())? })
    }

    /// Sends a packet to all members.
    pub async fn send(&self, packet: &[u8]) -> Result<()> {
        within("room to send", self.socket.send_to(packet, (GROUP, PORT))).await?.context("cannot send")?;
        Ok(())
    }

    /// The next packet, and where it is from.
    pub async fn receive(&self) -> Result<(SocketAddr, Vec<u8>)> {
        let mut packet = vec![0; PACKET_MAX];
        let (length, from) = within("a packet", self.socket.recv_from(&mut packet)).await??;
        packet.truncate(length);
        Ok((from, packet))
    }
}

fn open(interface: Ipv4Addr) -> Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    // Proxies on the same machine listen there too.
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SockAddr::from(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, PORT)))?;
    socket.join_multicast_v4(&GROUP, &interface)?;
    socket.set_multicast_if_v4(&interface)?;
    // Responses that do not come from the link itself are to be ignored.
    socket.set_multicast_ttl_v4(255)?;
    Ok(socket)
}
