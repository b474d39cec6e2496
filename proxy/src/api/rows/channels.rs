//! The rows of channels and peers.

use nws_core::{ChannelKey, ChannelState, ClientState, Framing, PeerPlace, PeerState};
use nws_protocol::Scope;
use serde::Serialize;
use slotmap::Key as _;
use utoipa::ToSchema;

use super::List;
use super::proxy::totals;
use crate::api::Api;
use crate::api::access::View;
use crate::api::collector::{Collection, LISTED};

/// A channel.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct ChannelRow {
    /// Stands for it: a digest, another one after each start.
    pub(in crate::api) id: String,
    /// Its name. Shown with the token only.
    name: Option<String>,
    /// `local` or `network`.
    scope: &'static str,
    /// Clients of this proxy with structured frames.
    structured: usize,
    /// Clients of this proxy with raw frames.
    raw: usize,
    /// Peers that are clients of other proxies.
    elsewhere: usize,
    /// Other proxies that have it too.
    proxies: usize,
    /// It reaches no other machine, as there are too many channels.
    is_isolated: bool,
    /// Messages that clients of this proxy have sent in it.
    messages: u64,
    /// Bytes of these messages.
    bytes: u64,
}

/// A peer.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct PeerRow {
    /// Stands for it.
    pub(in crate::api) id: String,
    /// Its own id. Shown with the token only.
    peer: Option<String>,
    /// The id of its channel, as in the list of channels.
    pub(in crate::api) channel: String,
    /// The id of the link to its proxy, if that is another one.
    proxy: Option<String>,
    /// What is known of it, if it is a client of this proxy.
    client: Option<ClientRow>,
}

/// What is known of a client of this proxy.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct ClientRow {
    /// `structured` or `raw`.
    framing: &'static str,
    /// When it joined, in milliseconds of Unix time.
    since: u64,
    /// When it was last heard, in milliseconds of Unix time.
    heard_at: u64,
    /// Messages that it has sent.
    messages: u64,
    /// Bytes of these messages.
    received_bytes: u64,
    /// Bytes that were written to it.
    written_bytes: u64,
    /// Bytes that wait for it.
    waiting_bytes: usize,
    /// It is not read, because a recipient is too slow.
    is_held: bool,
    /// When it last took anything, in milliseconds of Unix time, if it did not take everything.
    lagging_since: Option<u64>,
}

/// The rows of channels.
pub(in crate::api) fn channel_rows(api: &Api, collection: &Collection, view: View) -> List<ChannelRow> {
    let channels = collection.shards.iter().flatten().flat_map(|shard| &shard.channels);
    let rows = channels.take(LISTED.channels).map(|channel| channel_row(api, channel, view)).collect();
    let sums = totals(collection);
    List { total: sums.local_channels + sums.network_channels, rows }
}

fn channel_row(api: &Api, channel: &ChannelState, view: View) -> ChannelRow {
    let ChannelState { key, structured, raw, elsewhere, proxies, is_isolated, messages, bytes } = channel;
    ChannelRow {
        id: api.channel_id(key),
        name: (view == View::Names).then(|| key.name.as_str().to_owned()),
        scope: scope(key),
        structured: *structured,
        raw: *raw,
        elsewhere: *elsewhere,
        proxies: *proxies,
        is_isolated: *is_isolated,
        messages: *messages,
        bytes: *bytes,
    }
}

fn scope(key: &ChannelKey) -> &'static str {
    match key.scope {
        Scope::Local => "local",
        Scope::Network => "network",
    }
}

/// The rows of peers, of one channel if it is given. Those that are slow come first.
pub(in crate::api) fn peer_rows(
    api: &Api,
    collection: &Collection,
    channel: Option<&str>,
    view: View,
) -> List<PeerRow> {
    let is_in = |peer: &PeerState| channel.is_none_or(|id| api.channel_id(&peer.channel) == id);
    let peers = all(collection).filter(|(_, peer)| is_in(peer));
    let mut peers: Vec<_> = peers.collect();
    peers.sort_by_key(|(_, peer)| !is_slow(peer));
    let sums = totals(collection);
    let total = if channel.is_some() { peers.len() } else { sums.clients + sums.elsewhere };
    peers.truncate(LISTED.peers);
    let rows = peers.into_iter().map(|(shard, peer)| peer_row(api, collection, shard, peer, view)).collect();
    List { total, rows }
}

/// All peers that were collected, with the numbers of their shards.
pub(super) fn all(collection: &Collection) -> impl Iterator<Item = (usize, &PeerState)> {
    let shards = collection.shards.iter().enumerate();
    shards.flat_map(|(number, shard)| {
        shard.iter().flat_map(|shard| &shard.peers).map(move |peer| (number, peer))
    })
}

pub(super) fn is_slow(peer: &PeerState) -> bool {
    match &peer.place {
        PeerPlace::Here(client) => client.is_held || client.lag.is_some(),
        PeerPlace::Elsewhere(_) => false,
    }
}

pub(super) fn peer_row(
    api: &Api,
    collection: &Collection,
    shard: usize,
    PeerState { peer, channel, place }: &PeerState,
    view: View,
) -> PeerRow {
    let (id, proxy, client) = match place {
        PeerPlace::Here(client) => (client_id(shard, client), None, Some(client_row(collection, client))),
        PeerPlace::Elsewhere(proxy) => (api.digest(&(channel, peer)), Some(api.digest(proxy)), None),
    };
    let peer = (view == View::Names).then(|| peer.as_str().to_owned());
    PeerRow { id, peer, channel: api.channel_id(channel), proxy, client }
}

/// Stands for a client: the number of its shard, and its connection there.
pub(in crate::api) fn client_id(shard: usize, client: &ClientState) -> String {
    format!("{shard}-{:x}", client.conn.data().as_ffi())
}

fn client_row(collection: &Collection, client: &ClientState) -> ClientRow {
    let time = collection.time;
    ClientRow {
        framing: match client.framing {
            Framing::Structured => "structured",
            Framing::Raw => "raw",
        },
        since: time.before(client.age),
        heard_at: time.before(client.silence),
        messages: client.messages,
        received_bytes: client.received_bytes,
        written_bytes: client.written_bytes,
        waiting_bytes: client.waiting,
        is_held: client.is_held,
        lagging_since: client.lag.map(|lag| time.before(lag)),
    }
}
