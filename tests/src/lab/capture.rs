//! What a sniffer heard: frames, and what they are pieces of.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use anyhow::Result;

mod packet;
mod stream;

use packet::{Packet, Transport};
use stream::Stream;

/// Ethernet frames in the order in which they passed; most are there twice, as they came in and as they went out.
pub struct Capture {
    frames: Vec<Vec<u8>>,
}

/// What went one way between two sockets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Who sent it.
    pub from: SocketAddr,
    /// To whom.
    pub to: SocketAddr,
    /// One datagram, or a whole stream.
    pub bytes: Vec<u8>,
}

impl Capture {
    pub(super) fn new(frames: Vec<Vec<u8>>) -> Self {
        Self { frames }
    }

    /// All frames.
    #[must_use]
    pub fn frames(&self) -> &[Vec<u8>] {
        &self.frames
    }

    /// The datagrams of UDP.
    #[must_use]
    pub fn datagrams(&self) -> Vec<Conversation> {
        let packets = self.packets().filter(|packet| matches!(packet.transport, Transport::Udp));
        packets
            .map(|Packet { from, to, bytes, .. }| Conversation { from, to, bytes: bytes.to_vec() })
            .collect()
    }

    /// The streams of TCP, put together again. That bytes are missing is an error: the sniffer was too slow.
    pub fn streams(&self) -> Result<Vec<Conversation>> {
        let mut streams: BTreeMap<(SocketAddr, SocketAddr), Stream> = BTreeMap::new();
        for packet in self.packets() {
            if let Transport::Tcp { number } = packet.transport {
                streams.entry((packet.from, packet.to)).or_default().add(number, packet.bytes);
            }
        }
        let join = |((from, to), stream): (_, Stream)| Ok(Conversation { from, to, bytes: stream.bytes()? });
        streams.into_iter().map(join).collect()
    }

    fn packets(&self) -> impl Iterator<Item = Packet<'_>> {
        self.frames.iter().filter_map(|frame| Packet::parse(frame))
    }
}
