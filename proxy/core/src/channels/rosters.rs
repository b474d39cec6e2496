//! Knows all channels and their members, and what each connection is to its channel.
//!
//! [`Rosters`] knows nothing of what waits for a connection. When a member comes or goes, the owner
//! of the rosters tells the others.

mod channel;
mod departure;
mod group;
mod member;
mod peers;

use std::collections::HashMap;
use std::sync::Arc;

use ahash::RandomState;
use nws_protocol::{ChannelName, PeerId, Scope};
use slotmap::{SecondaryMap, SlotMap};

use super::{ChannelKey, Config, ConnId, Shared};

pub(super) use channel::{Channel, Holder};
pub(super) use departure::Departure;
pub(super) use group::{Broken, RemoteGroup};
pub(super) use member::{Client, Member, Reserved};
pub(super) use peers::{Peers, Removed};

slotmap::new_key_type! {
    pub(super) struct ChannelId;
}

/// All channels, and what each connection is to its channel.
pub(super) struct Rosters {
    members: SecondaryMap<ConnId, Member>,
    channels: SlotMap<ChannelId, Channel>,
    by_key: HashMap<ChannelKey, ChannelId, RandomState>,
    shared: Arc<Shared>,
    hasher: RandomState,
    first_number: u32,
}

impl Rosters {
    pub(super) fn new(config: &Config, hasher: RandomState) -> Self {
        Self {
            members: SecondaryMap::new(),
            channels: SlotMap::with_key(),
            by_key: HashMap::with_hasher(hasher.clone()),
            shared: Arc::clone(&config.shared),
            hasher,
            first_number: config.first_number,
        }
    }

    pub(super) fn is_known(&self, conn: ConnId) -> bool {
        self.members.contains_key(conn)
    }

    pub(super) fn member(&self, conn: ConnId) -> Option<&Member> {
        self.members.get(conn)
    }

    /// Sets what a connection is from now on, and gives what it was.
    pub(super) fn set(&mut self, conn: ConnId, member: Member) -> Option<Member> {
        self.members.insert(conn, member)
    }

    pub(super) fn remove(&mut self, conn: ConnId) -> Option<Member> {
        self.members.remove(conn)
    }

    pub(super) fn conns(&self) -> Vec<ConnId> {
        self.members.keys().collect()
    }

    /// The client that is present on a connection.
    #[inline]
    pub(super) fn client(&self, conn: ConnId) -> Option<&Client> {
        if let Member::Client(client) = self.members.get(conn)? { Some(client) } else { None }
    }

    #[inline]
    pub(super) fn client_mut(&mut self, conn: ConnId) -> Option<&mut Client> {
        if let Member::Client(client) = self.members.get_mut(conn)? { Some(client) } else { None }
    }

    /// The members of another proxy for which a connection stands.
    #[inline]
    pub(super) fn group(&self, conn: ConnId) -> Option<&RemoteGroup> {
        if let Member::Group(group) = self.members.get(conn)? { Some(group) } else { None }
    }

    #[inline]
    pub(super) fn group_mut(&mut self, conn: ConnId) -> Option<&mut RemoteGroup> {
        if let Member::Group(group) = self.members.get_mut(conn)? { Some(group) } else { None }
    }

    /// All connections, and what each is to its channel.
    pub(super) fn members(&self) -> impl Iterator<Item = (ConnId, &Member)> {
        self.members.iter()
    }

    /// All channels.
    pub(super) fn channels(&self) -> impl Iterator<Item = (ChannelId, &Channel)> {
        self.channels.iter()
    }

    pub(super) fn channel(&self, id: ChannelId) -> Option<&Channel> {
        self.channels.get(id)
    }

    pub(super) fn channel_mut(&mut self, id: ChannelId) -> Option<&mut Channel> {
        self.channels.get_mut(id)
    }

    pub(super) fn find(&self, key: &ChannelKey) -> Option<ChannelId> {
        self.by_key.get(key).copied()
    }

    pub(super) fn find_network(&self, name: &ChannelName) -> Option<ChannelId> {
        self.find(&ChannelKey { scope: Scope::Network, name: name.clone() })
    }

    /// The groups of other proxies that are in a channel.
    pub(super) fn groups(&self, id: ChannelId) -> impl Iterator<Item = (ConnId, &RemoteGroup)> + Clone {
        let conns = self.channels.get(id).into_iter().flat_map(|channel| &channel.groups);
        conns.filter_map(|&conn| Some((conn, self.group(conn)?)))
    }

    /// The ids of all members that are present in a channel: of this proxy, of others, and those
    /// about to leave.
    pub(super) fn present(&self, id: ChannelId) -> impl Iterator<Item = &PeerId> {
        let channel = self.channels.get(id);
        let entries = channel.into_iter().flat_map(|channel| &channel.present);
        let here = entries.filter_map(|entry| self.client(entry.conn)).map(|client| &client.id);
        let elsewhere = self.groups(id).flat_map(|(_, group)| group.peers.present());
        let departures = channel.into_iter().flat_map(|channel| &channel.departures);
        here.chain(elsewhere).chain(departures.flat_map(|departure| departure.peers.present()))
    }

    /// Numbers all members of this proxy that are present in a channel from 0 on, in the order in
    /// which they came.
    pub(super) fn renumber(&mut self, id: ChannelId) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        let mut conns: Vec<ConnId> = channel.present.iter().map(|entry| entry.conn).collect();
        let number = |conn: &ConnId| match self.members.get(*conn) {
            Some(Member::Client(client)) => client.number,
            Some(Member::Reserved(_) | Member::Group(_) | Member::Closing { .. }) | None => u32::MAX,
        };
        conns.sort_unstable_by_key(number);
        channel.set_numbers(&conns);
        for (number, conn) in (0..).zip(conns) {
            if let Some(client) = self.client_mut(conn) {
                client.number = number;
            }
        }
    }

    /// The number of members that are present in a channel, of this proxy and of others.
    pub(super) fn count(&self, id: ChannelId) -> usize {
        let Some(channel) = self.channels.get(id) else { return 0 };
        let elsewhere = self.groups(id).map(|(_, group)| group.peers.present_count()).sum::<usize>();
        let leaving = channel.departures.iter().map(|departure| departure.peers.present_count());
        channel.present.len() + elsewhere + leaving.sum::<usize>()
    }

    /// The channel `key`, made if it did not exist; `None` when there are too many.
    pub(super) fn open_channel(&mut self, key: ChannelKey) -> Option<ChannelId> {
        if let Some(&id) = self.by_key.get(&key) {
            return Some(id);
        }
        if !self.shared.claim_channel() {
            return None;
        }
        let channel = Channel::new(key.clone(), self.first_number, self.hasher.clone());
        let id = self.channels.insert(channel);
        self.by_key.insert(key, id);
        Some(id)
    }

    /// Removes a channel that is empty.
    pub(super) fn close_if_empty(&mut self, id: ChannelId) {
        if let Some(channel) = self.channels.get(id).filter(|channel| channel.is_empty()) {
            self.by_key.remove(&channel.key);
            self.channels.remove(id);
            self.shared.release_channel();
        }
    }

    /// Ends all channels. No notice is sent.
    pub(super) fn close_all(&mut self) {
        for _ in self.channels.drain() {
            self.shared.release_channel();
        }
        self.by_key.clear();
    }

    /// Makes a client that was reserved present, in a channel that has a number for it.
    pub(super) fn add_client(&mut self, conn: ConnId, mut client: Client) {
        debug_assert!(self.channels.contains_key(client.channel), "a client joins a channel that is open");
        let Some(channel) = self.channels.get_mut(client.channel) else { return };
        (client.index, client.number) = channel.add_client(conn, client.framing);
        self.members.insert(conn, Member::Client(client));
    }

    /// Removes a client that was present.
    pub(super) fn remove_client(&mut self, conn: ConnId, client: &Client) {
        let Some(channel) = self.channels.get_mut(client.channel) else { return };
        channel.release(&client.id);
        channel.awaiting.remove(&conn);
        if let Some(moved) = channel.remove_client(client.index, client.number, client.framing)
            && let Some(moved) = self.client_mut(moved)
        {
            moved.index = client.index;
        }
    }

    /// Adds the group of another proxy to a channel.
    pub(super) fn add_group(&mut self, conn: ConnId, id: ChannelId, mut group: Box<RemoteGroup>) {
        if let Some(channel) = self.channels.get_mut(id) {
            group.place = Some((id, channel.groups.len()));
            channel.groups.push(conn);
        }
        self.members.insert(conn, Member::Group(group));
    }

    /// Removes a group from its channel. Its members have not left yet.
    pub(super) fn remove_group(&mut self, group: &RemoteGroup) -> Option<ChannelId> {
        let (id, index) = group.place?;
        let channel = self.channels.get_mut(id)?;
        channel.groups.swap_remove(index);
        channel.groups_with_peers -= usize::from(group.had_peers());
        if let Some(found) = &mut channel.found {
            found.retain(|proxy| *proxy != group.proxy);
        }
        let moved = channel.groups.get(index).copied();
        if let Some(moved) = moved.and_then(|moved| self.group_mut(moved)) {
            moved.place = Some((id, index));
        }
        Some(id)
    }
}
