//! A channel full of members, with sockets that take everything at once.

use std::hint::black_box;
use std::time::Instant;

use nws_core::{ChannelKey, Channels, Config, ConnId, Framing, Input, Output};
use nws_protocol::{ChannelName, PeerId, ProxyId, Scope};
use slotmap::SlotMap;

/// The seed. Every run has the same ids and hash tables.
const SEED: [u8; 32] = [7; 32];

fn own() -> ProxyId {
    ProxyId::from_digest(&SEED)
}

/// One channel, its state machine, and a stand-in for the owner of the sockets.
pub(crate) struct Room {
    channels: Channels,
    conns: SlotMap<ConnId, ()>,
    speaker: ConnId,
    key: ChannelKey,
    /// Time stands still: work that is due later is not measured here.
    now: Instant,
}

impl Room {
    /// A channel with so many structured members, which all know each other.
    pub(crate) fn of(members: usize) -> Self {
        let name = ChannelName::new("room").expect("a name of four letters");
        let mut room = Self {
            channels: Channels::new(Config::default(), own(), SEED),
            conns: SlotMap::with_key(),
            speaker: ConnId::default(),
            key: ChannelKey { scope: Scope::Network, name },
            now: Instant::now(),
        };
        for number in 0..members {
            room.join_as(Self::peer(number));
            room.deliver();
        }
        room
    }

    /// The id of a member.
    pub(crate) fn peer(number: usize) -> PeerId {
        PeerId::generated(&own(), &(number as u128).to_le_bytes())
    }

    /// One of the members says something.
    pub(crate) fn say(&mut self, text: &str) {
        self.channels.handle(Input::Text { conn: self.speaker, text }, self.now);
    }

    /// One of the members says something in binary.
    pub(crate) fn say_binary(&mut self, bytes: &[u8]) {
        self.channels.handle(Input::Binary { conn: self.speaker, bytes }, self.now);
    }

    /// A client joins under a new id.
    pub(crate) fn join(&mut self) -> ConnId {
        let conn = self.conns.insert(());
        self.join_on(conn);
        conn
    }

    /// The connection of a member ends.
    pub(crate) fn leave(&mut self, conn: ConnId) {
        self.channels.handle(Input::Gone { conn }, self.now);
        self.conns.remove(conn);
    }

    /// Does what the proxy does after reading: every socket takes what waits for it. Gives how many
    /// bytes that is.
    pub(crate) fn deliver(&mut self) -> usize {
        let mut delivered = 0;
        while let Some(output) = self.channels.poll_output() {
            let Output::Write { conn } = output else { continue };
            let bytes = self.channels.waiting(conn).map(|piece| black_box(piece).len()).sum();
            self.channels.handle(Input::Wrote { conn, bytes }, self.now);
            delivered += bytes;
        }
        delivered
    }

    fn join_as(&mut self, peer: PeerId) {
        let conn = self.conns.insert(());
        self.channels.handle(Input::Reserve { conn, channel: self.key.clone(), peer }, self.now);
        self.join_on(conn);
        self.speaker = conn;
    }

    fn join_on(&mut self, conn: ConnId) {
        let join = Input::Join {
            conn,
            channel: self.key.clone(),
            framing: Framing::Structured,
            knows_streams: false,
        };
        self.channels.handle(join, self.now);
    }
}
