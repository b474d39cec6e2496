//! A channel with clients and links, with sockets that take only what they are allowed to.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Instant;

use nws_core::{Account, ChannelKey, Channels, Config, ConnId, Framing, Input, Output, RecordReader, Turn};
use nws_protocol::link::Record;
use nws_protocol::{ChannelName, IdSource, ProxyId, Scope};
use slotmap::{SecondaryMap, SlotMap};

/// One channel, with sockets that take only what the measurement allows.
pub(crate) struct Scene {
    pub(crate) core: Channels,
    account: Arc<Account>,
    pub(crate) conns: SlotMap<ConnId, ()>,
    pub(crate) readers: SecondaryMap<ConnId, RecordReader>,
    pub(crate) now: Instant,
    /// Sockets take nothing.
    pub(crate) is_stalled: bool,
}

impl Scene {
    pub(crate) fn with(config: Config, clients: usize) -> Self {
        let mut scene = Self {
            core: Channels::new(config, proxy(0), [7; 32]),
            account: Account::new(usize::MAX),
            conns: SlotMap::with_key(),
            readers: SecondaryMap::new(),
            now: Instant::now(),
            is_stalled: false,
        };
        for _ in 0..clients {
            scene.join();
        }
        scene
    }

    pub(crate) fn new(clients: usize) -> Self {
        Self::with(Config { has_links: true, ..Config::default() }, clients)
    }

    pub(crate) fn join(&mut self) -> ConnId {
        let conn = self.conns.insert(());
        self.input(Input::Join { conn, channel: key(), framing: Framing::Structured, knows_streams: false });
        conn
    }

    pub(crate) fn link(&mut self, n: u32) -> ConnId {
        let conn = self.conns.insert(());
        let share = self.account.share(Ipv4Addr::LOCALHOST.into(), || {});
        self.input(Input::RemoteGroup { conn, channel: key(), proxy: proxy(n), share });
        conn
    }

    /// Passes what a link says, all at once.
    pub(crate) fn hear(&mut self, link: ConnId, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let reader = self.readers.entry(link).expect("a link that is there").or_default();
            let long = self.core.hear_stream(link, reader, &mut bytes, &mut Turn::default(), self.now);
            assert!(long.is_none(), "long messages are encoded elsewhere");
        }
        self.run_until_idle();
    }

    /// So many clients come and go, one after the other, in the same turn.
    pub(crate) fn reload(&mut self, count: usize) {
        for _ in 0..count {
            let conn = self.conns.insert(());
            self.core.handle(
                Input::Join { conn, channel: key(), framing: Framing::Structured, knows_streams: false },
                self.now,
            );
            self.core.handle(Input::Gone { conn }, self.now);
            while self.core.poll_output().is_some() {}
        }
    }

    pub(crate) fn input(&mut self, input: Input<'_>) {
        self.core.handle(input, self.now);
        self.run_until_idle();
    }

    pub(crate) fn run_until_idle(&mut self) {
        loop {
            while let Some(output) = self.core.poll_output() {
                if let Output::Write { conn } = output {
                    self.write(conn);
                }
            }
            if self.core.poll_timeout().is_none_or(|due| due > self.now) {
                return;
            }
            self.core.handle_timeout(self.now);
        }
    }

    pub(crate) fn write(&mut self, conn: ConnId) {
        let bytes = match self.is_stalled {
            true => 0,
            false => self.core.waiting(conn).map(<[u8]>::len).sum(),
        };
        self.core.handle(Input::Wrote { conn, bytes }, self.now);
    }
}

/// The records with which so many members come. The first of them has this number.
pub(crate) fn joins_from(first: u32, count: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (member, _) in (first..).zip(0..count) {
        let nonce = u128::from(member).to_be_bytes();
        Record::Join { member, id: IdSource::Nonce(nonce) }.write(&mut bytes);
    }
    bytes
}

/// The records with which so many members leave. The first of them has this number.
pub(crate) fn leaves_from(first: u32, count: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    (first..).zip(0..count).for_each(|(member, _)| Record::Leave { member }.write(&mut bytes));
    bytes
}

pub(crate) fn proxy(n: u32) -> ProxyId {
    let mut digest = [1; 32];
    digest[..4].copy_from_slice(&n.to_be_bytes());
    ProxyId::from_digest(&digest)
}

pub(crate) fn key() -> ChannelKey {
    ChannelKey { scope: Scope::Network, name: ChannelName::new("room").expect("four letters are a name") }
}
