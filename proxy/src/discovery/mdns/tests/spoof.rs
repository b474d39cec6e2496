//! A machine that announces proxies that do not exist, and hears the announcements of others.

use std::net::{Ipv4Addr, SocketAddrV4};

use nws_protocol::ProxyId;
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use tokio::net::UdpSocket;

const GROUP: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
const PORT: u16 = 5353;

/// The group of all that speak mDNS.
pub(super) const EVERYBODY: SocketAddrV4 = SocketAddrV4::new(GROUP, PORT);

const PTR: u16 = 12;
const TXT: u16 = 16;
const SRV: u16 = 33;
const A: u16 = 1;
const IN: u16 = 1;
const SERVICE: [&str; 3] = ["_nws", "_tcp", "local"];

/// A socket that sends to the group of mDNS from the interface with this address.
pub(super) fn socket(interface: Ipv4Addr) -> Socket {
    bound(interface, Ipv4Addr::UNSPECIFIED, PORT)
}

/// A socket that asks the group of mDNS from the interface with this address, and gets the answers
/// alone.
pub(super) fn asker(interface: Ipv4Addr) -> Socket {
    bound(interface, Ipv4Addr::UNSPECIFIED, 0)
}

/// A socket that hears what one host sends to the group of mDNS, however much others send.
pub(super) fn listener(interface: Ipv4Addr, host: Ipv4Addr) -> Socket {
    let socket = bound(interface, GROUP, PORT);
    socket.join_multicast_v4(&GROUP, &interface).unwrap();
    socket.connect(&SockAddr::from(SocketAddrV4::new(host, PORT))).unwrap();
    socket
}

/// Makes the socket usable in the current runtime.
pub(super) fn polled(socket: Socket) -> UdpSocket {
    socket.set_nonblocking(true).unwrap();
    UdpSocket::from_std(socket.into()).unwrap()
}

fn bound(interface: Ipv4Addr, address: Ipv4Addr, port: u16) -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP)).unwrap();
    socket.set_reuse_address(true).unwrap();
    socket.set_reuse_port(true).unwrap();
    socket.bind(&SockAddr::from(SocketAddrV4::new(address, port))).unwrap();
    socket.set_multicast_if_v4(&interface).unwrap();
    socket.set_multicast_ttl_v4(255).unwrap();
    socket
}

/// Sends a packet to the group.
pub(super) fn shout(socket: &Socket, packet: &[u8]) {
    socket.send_to(packet, &SockAddr::from(EVERYBODY)).unwrap();
}

/// An id that no proxy has.
pub(super) fn made_up(number: u32) -> ProxyId {
    let mut digest = [0; 32];
    digest[..4].copy_from_slice(&number.to_be_bytes());
    ProxyId::from_digest(&digest)
}

/// A complete announcement of an instance with this label.
pub(super) fn announcement(label: &str, address: Ipv4Addr, port: u16) -> Vec<u8> {
    let (service, host) = (SERVICE.as_slice(), [label, "local"]);
    let instance = [&[label], service].concat();
    let records = [
        record(service, PTR, &name(&instance)),
        record(&instance, SRV, &[&[0, 0, 0, 0][..], &port.to_be_bytes(), &name(&host)].concat()),
        record(&instance, TXT, b"\x03v=1"),
        record(&host, A, &address.octets()),
    ];
    response(&records)
}

/// A record of a host, which belongs to no announcement.
pub(super) fn address(label: &str, address: Ipv4Addr) -> Vec<u8> {
    response(&[record(&[label, "local"], A, &address.octets())])
}

/// Asks for all proxies.
pub(super) fn question() -> Vec<u8> {
    let mut packet = vec![0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    packet.extend(pointers());
    packet
}

/// The time to live in an unasked announcement: 0 is a goodbye.
pub(super) fn lifetime(packet: &[u8]) -> Option<u32> {
    const HEAD: usize = 12;
    let is_response = packet.get(2)? & 0x80 != 0;
    let rest = packet.get(HEAD..)?.strip_prefix(pointers().as_slice())?;
    is_response.then_some(u32::from_be_bytes(*rest.first_chunk()?))
}

/// Gives whether it is about an instance with this label.
pub(super) fn is_about(packet: &[u8], label: &str) -> bool {
    packet.windows(label.len()).any(|window| window == label.as_bytes())
}

/// The beginning of questions for instances, and of the records of instances.
fn pointers() -> Vec<u8> {
    [name(&SERVICE), PTR.to_be_bytes().into(), IN.to_be_bytes().into()].concat()
}

fn response(records: &[Vec<u8>]) -> Vec<u8> {
    let mut packet = vec![0, 0, 0x84, 0, 0, 0];
    packet.extend((records.len() as u16).to_be_bytes());
    packet.extend([0; 4]);
    packet.extend(records.concat());
    packet
}

fn name(labels: &[&str]) -> Vec<u8> {
    let mut bytes: Vec<u8> =
        labels.iter().flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat()).collect();
    bytes.push(0);
    bytes
}

fn record(owner: &[&str], kind: u16, data: &[u8]) -> Vec<u8> {
    let mut bytes = name(owner);
    bytes.extend(kind.to_be_bytes());
    bytes.extend(IN.to_be_bytes());
    bytes.extend(120_u32.to_be_bytes());
    bytes.extend((data.len() as u16).to_be_bytes());
    bytes.extend(data);
    bytes
}
