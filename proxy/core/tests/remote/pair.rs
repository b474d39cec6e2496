//! Two proxies that are matched on one channel.

use nws_core::Framing::Structured;
use nws_core::{Config, ConnId, Output};
use nws_protocol::link::Record;
use nws_protocol::{IdSource, ProxyId};
use nws_sim::{ClientId, Proxy, Word, network};

/// What goes over a link at once, in bytes.
pub(crate) const PIECE: usize = 1000;

/// Two proxies, matched on one channel, or as one is by itself with a group that the test speaks on.
pub(crate) struct Pair {
    pub(crate) proxies: [Proxy; 2],
    pub(crate) groups: [ConnId; 2],
}

pub(crate) fn id(n: u8) -> ProxyId {
    ProxyId::from_digest(&[n; 32])
}

/// The proxy `n` of a pair.
pub(crate) fn proxy(n: u8, config: Config) -> Proxy {
    Proxy::with_id(id(n), config, u64::from(n) + 1)
}

impl Pair {
    pub(crate) fn matched(mut proxies: [Proxy; 2]) -> Self {
        let groups = [0, 1].map(|n: usize| {
            let other = u8::try_from(1 - n).expect("0 or 1");
            proxies[n].remote_group(&network("room"), &id(other))
        });
        let mut pair = Self { proxies, groups };
        pair.settle();
        pair
    }

    pub(crate) fn new() -> Self {
        Self::matched([0, 1].map(|n| proxy(n, Config::default())))
    }

    pub(crate) fn join(&mut self, n: usize, peer: &str) -> ClientId {
        let client = self.proxies[n].join_as(&network("room"), peer, Structured);
        self.settle();
        client
    }

    pub(crate) fn send(&mut self, n: usize, client: ClientId, word: Word) {
        self.proxies[n].send(client, word);
        self.settle();
    }

    pub(crate) fn settle(&mut self) {
        while (0..2).any(|n| self.carry(n)) {}
    }

    /// Carries a piece from proxy `n` to the other.
    pub(crate) fn carry(&mut self, n: usize) -> bool {
        let bytes = self.proxies[n].take(self.groups[n], PIECE);
        self.proxies[1 - n].stream(self.groups[1 - n], &bytes);
        !bytes.is_empty()
    }

    pub(crate) fn seen(&mut self, n: usize, client: ClientId) -> Vec<String> {
        self.proxies[n].seen(client)
    }
}

pub(crate) fn join(member: u32, id: &str) -> Vec<u8> {
    Record::Join { member, id: IdSource::Choice(id) }.to_bytes()
}

/// A member whose proxy generated its id from a nonce of this byte alone.
pub(crate) fn join_generated(member: u32, nonce: u8) -> Vec<u8> {
    Record::Join { member, id: IdSource::Nonce([nonce; 16]) }.to_bytes()
}

/// Groups whose links are to be closed.
pub(crate) fn resets(proxy: &mut Proxy) -> Vec<ConnId> {
    let reset = |output| if let Output::Reset { conn } = output { Some(conn) } else { None };
    proxy.news().into_iter().filter_map(reset).collect()
}
