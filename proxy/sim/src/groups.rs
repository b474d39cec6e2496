//! Connects a simulated proxy with other proxies.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use nws_protocol::{ChannelName, ProxyId};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::Proxy;
use nws_core::{Account, ChannelKey, Config, ConnId, Input, LongMessage, Output, RecordReader, Share, Turn};

impl Proxy {
    /// Makes a proxy without clients, whose id the seed decides.
    #[must_use]
    pub fn new(config: Config, seed: u64) -> Self {
        let mut digest = [0; 32];
        ChaCha20Rng::seed_from_u64(!seed).fill_bytes(&mut digest);
        Self::with_id(ProxyId::from_digest(&digest), config, seed)
    }

    /// The id of this proxy.
    #[must_use]
    pub fn own_id(&self) -> &ProxyId {
        &self.own_id
    }

    /// Matches a channel on a link to `proxy`. [`Self::take`] gives what waits for the group.
    pub fn remote_group(&mut self, channel: &ChannelKey, proxy: &ProxyId) -> ConnId {
        let share = self.account.share(Ipv4Addr::LOCALHOST.into(), || {});
        self.remote_group_with(channel, proxy, &share)
    }

    /// Does the same on a link with a given share of the account.
    pub fn remote_group_with(&mut self, channel: &ChannelKey, proxy: &ProxyId, share: &Share) -> ConnId {
        let conn = self.conns.insert(None);
        let (channel, proxy, share) = (channel.clone(), proxy.clone(), share.clone());
        self.readers.insert(conn, RecordReader::default());
        self.input(Input::RemoteGroup { conn, channel, proxy, share });
        self.settle();
        conn
    }

    /// The account of what other proxies make it keep.
    #[must_use]
    pub fn account(&self) -> &Arc<Account> {
        &self.account
    }

    /// All links have answered for a channel: the proxies in `found` are in it.
    pub fn searched(&mut self, channel: &ChannelName, found: &[ProxyId]) {
        self.input(Input::Searched { channel, found });
        self.settle();
    }

    /// The other proxy sends `bytes` on the stream of a group.
    pub fn stream(&mut self, group: ConnId, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some(reader) = self.readers.get_mut(group).filter(|_| !rest.is_empty()) {
            let (now, mut turn) = (self.clock.now(), Turn::default());
            let long = self.core.hear_stream(group, reader, &mut rest, &mut turn, now);
            if let Some(message) = long.map(LongMessage::encode) {
                self.core.handle(Input::Encoded { conn: group, message }, now);
            }
            self.apply_outputs();
        }
        self.settle();
    }

    /// Takes up to `max` bytes of what waits for a group. With 0, it acts as a socket that takes
    /// nothing.
    pub fn take(&mut self, group: ConnId, max: usize) -> Vec<u8> {
        self.settle();
        let mut bytes = Vec::new();
        for piece in self.core.waiting(group) {
            bytes.extend_from_slice(&piece[..piece.len().min(max - bytes.len())]);
        }
        self.input(Input::Wrote { conn: group, bytes: bytes.len() });
        bytes
    }

    /// Exempts a group: what waits for it waits because other streams of its link have their turns.
    pub fn wait_for_turn(&mut self, group: ConnId) {
        self.input(Input::Exempt { conn: group });
    }

    /// Bytes that wait for a group.
    #[must_use]
    pub fn waiting_for(&self, group: ConnId) -> usize {
        self.core.waiting(group).map(<[u8]>::len).sum()
    }

    /// Ends a group, because its link has ended or one side has left the channel.
    pub fn sever(&mut self, group: ConnId) {
        self.readers.remove(group);
        if self.conns.remove(group).is_some() {
            self.input(Input::Gone { conn: group });
            self.settle();
        }
    }

    /// What links have had to do since this was last called: channels that were opened and closed
    /// here, and outputs for groups.
    pub fn news(&mut self) -> Vec<Output> {
        self.settle();
        std::mem::take(&mut self.news)
    }

    /// Time until this proxy does something by itself.
    #[must_use]
    pub fn due(&self) -> Option<Duration> {
        self.next().map(|at| at.saturating_duration_since(self.clock.now()))
    }

    pub(super) fn is_group(&self, conn: ConnId) -> bool {
        self.conns.get(conn).is_some_and(Option::is_none)
    }
}
