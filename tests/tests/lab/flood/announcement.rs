//! Packets of mDNS (RFC 6762), as a proxy sends them but for what they say.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// So many fit into one Ethernet frame.
const IN_A_PACKET: usize = 10;
const ID_LEN: usize = 26;
const ID_ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const HEAD_LEN: usize = 12;

/// Asks for all instances, with an answer to everybody.
pub(super) const QUESTION: [u8; 33] = *b"\0\0\0\0\0\x01\0\0\0\0\0\0\x04_nws\x04_tcp\x05local\0\0\x0c\0\x01";

const SERVICE: &[u8] = b"\x04_nws\x04_tcp\x05local\0";
const LOCAL_AT: usize = HEAD_LEN + b"\x04_nws\x04_tcp".len();

const A: u16 = 1;
const PTR: u16 = 12;
const TXT: u16 = 16;
const SRV: u16 = 33;
const SHARED: u16 = 1;
/// The record is the only one of its name.
const UNIQUE: u16 = 0x8001;
const LONG: u32 = 4500;
const SHORT: u32 = 120;

/// Whether the packet tells rather than asks.
pub(super) fn is_response(packet: &[u8]) -> bool {
    packet.get(2).is_some_and(|flags| flags & 0x80 != 0)
}

/// Proxies that do not exist: every other one leads to a trap, the others nowhere.
pub(super) struct Inventions {
    trap: Ipv4Addr,
    port: u16,
    count: usize,
    noise: u64,
}

impl Inventions {
    pub(super) fn new(trap: SocketAddr) -> Self {
        let IpAddr::V4(address) = trap.ip() else { unreachable!("the lab's IPv4 addresses are used") };
        Self { trap: address, port: trap.port(), count: 0, noise: 0x9e37_79b9_7f4a_7c15 }
    }

    /// The next announcement.
    pub(super) fn packet(&mut self) -> Vec<u8> {
        let mut packet = vec![0; HEAD_LEN];
        // An authoritative response.
        packet[2] = 0x84;
        packet[7] = u8::try_from(4 * IN_A_PACKET).expect("a few records");
        for _ in 0..IN_A_PACKET {
            self.invent(&mut packet);
        }
        packet
    }

    fn invent(&mut self, packet: &mut Vec<u8>) {
        let (id, address) = (self.id(), self.address());
        if packet.len() == HEAD_LEN {
            packet.extend(SERVICE)
        } else {
            packet.extend(pointer(HEAD_LEN))
        }
        record(packet, PTR, SHARED, LONG, &[&label(&id), &pointer(HEAD_LEN)]);
        let instance = packet.len() - ID_LEN - 3;
        packet.extend(pointer(instance));
        let [high, low] = self.port.to_be_bytes();
        record(packet, SRV, UNIQUE, SHORT, &[&[0, 0, 0, 0, high, low], &label(&id), &pointer(LOCAL_AT)]);
        let host = packet.len() - ID_LEN - 3;
        packet.extend(pointer(instance));
        record(packet, TXT, UNIQUE, LONG, &[b"\x03v=1"]);
        packet.extend(pointer(host));
        record(packet, A, UNIQUE, SHORT, &[&address.octets()]);
    }

    fn address(&mut self) -> Ipv4Addr {
        self.count += 1;
        let [a, b, c, _] = self.trap.octets();
        let nobody = 100 + u8::try_from(self.count % 100).expect("less than 100");
        if self.count.is_multiple_of(2) { self.trap } else { Ipv4Addr::new(a, b, c, nobody) }
    }

    fn id(&mut self) -> [u8; ID_LEN] {
        std::array::from_fn(|_| {
            self.noise ^= self.noise << 13;
            self.noise ^= self.noise >> 7;
            self.noise ^= self.noise << 17;
            ID_ALPHABET[usize::from((self.noise >> 32) as u8 & 31)]
        })
    }
}

/// Appends a record after its name.
fn record(packet: &mut Vec<u8>, kind: u16, class: u16, lifetime: u32, data: &[&[u8]]) {
    let data = data.concat();
    packet.extend(kind.to_be_bytes());
    packet.extend(class.to_be_bytes());
    packet.extend(lifetime.to_be_bytes());
    packet.extend(u16::try_from(data.len()).expect("a short record").to_be_bytes());
    packet.extend(data);
}

fn label(id: &[u8; ID_LEN]) -> Vec<u8> {
    let length = u8::try_from(ID_LEN).expect("a short label");
    [&[length], id.as_slice()].concat()
}

/// Stands for the rest of a name that was written at that place.
fn pointer(place: usize) -> [u8; 2] {
    (0xc000 | u16::try_from(place).expect("a packet is short")).to_be_bytes()
}
