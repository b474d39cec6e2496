//! Ethernet, IP and UDP or TCP, as far as it takes to see who says what to whom.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

const ETHERNET_LEN: usize = 14;
const IPV4: [u8; 2] = [0x08, 0x00];
const IPV6: [u8; 2] = [0x86, 0xdd];
const IPV6_LEN: usize = 40;
const TCP: u8 = 6;
const UDP: u8 = 17;
const UDP_LEN: usize = 8;
/// In TCP the number of the first byte is one after that of the packet which opens.
const SYN: u8 = 0x02;

/// A packet with a payload.
pub(super) struct Packet<'a> {
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
    pub(super) transport: Transport,
    pub(super) bytes: &'a [u8],
}

pub(super) enum Transport {
    Udp,
    /// The sequence number of the first byte.
    Tcp {
        number: u32,
    },
}

impl<'a> Packet<'a> {
    /// Takes a frame apart; whatever else crosses a network is none.
    pub(super) fn parse(frame: &'a [u8]) -> Option<Self> {
        let (head, packet) = frame.split_at_checked(ETHERNET_LEN)?;
        match *head.last_chunk()? {
            IPV4 => Self::ipv4(packet),
            IPV6 => Self::ipv6(packet),
            _ => None,
        }
    }

    fn ipv4(packet: &'a [u8]) -> Option<Self> {
        let head_len = usize::from(packet.first()? & 0x0f) * 4;
        let address =
            |at: usize| Some(Ipv4Addr::from(<[u8; 4]>::try_from(packet.get(at..at + 4)?).ok()?).into());
        // Short frames are filled up: the length is that of the packet.
        let body = packet.get(head_len..number(packet, 2)?.into())?;
        Self::transport(*packet.get(9)?, address(12)?, address(16)?, body)
    }

    fn ipv6(packet: &'a [u8]) -> Option<Self> {
        let address =
            |at: usize| Some(Ipv6Addr::from(<[u8; 16]>::try_from(packet.get(at..at + 16)?).ok()?).into());
        let body = packet.get(IPV6_LEN..IPV6_LEN + usize::from(number(packet, 4)?))?;
        Self::transport(*packet.get(6)?, address(8)?, address(24)?, body)
    }

    fn transport(protocol: u8, from: IpAddr, to: IpAddr, body: &'a [u8]) -> Option<Self> {
        let from = SocketAddr::new(from, number(body, 0)?);
        let to = SocketAddr::new(to, number(body, 2)?);
        let (transport, bytes) = match protocol {
            UDP => (Transport::Udp, body.get(UDP_LEN..)?),
            TCP => {
                let opens = u32::from(*body.get(13)? & SYN != 0);
                let number = u32::from_be_bytes(body.get(4..8)?.try_into().ok()?).wrapping_add(opens);
                (Transport::Tcp { number }, body.get(usize::from(body.get(12)? >> 4) * 4..)?)
            }
            _ => return None,
        };
        Some(Self { from, to, transport, bytes })
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}
