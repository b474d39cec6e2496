//! The row of this proxy itself.

use std::collections::BTreeMap;
use std::time::Duration;

use nws_core::Sums;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::access::View;
use crate::api::collector::Collection;
use crate::api::verdict::{Verdict, verdict};
use crate::api::{Api, Facts};
use crate::config::Limits;

/// This proxy.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct ProxyRow {
    /// Its version.
    version: &'static str,
    /// The version of the protocol of its clients.
    protocol: u32,
    /// Names, ids and addresses are shown, as the token of this start was given.
    has_names: bool,
    /// Its id for other proxies, if it may have links. Shown with the token only.
    id: Option<String>,
    /// When it started, in milliseconds of Unix time.
    started_at: u64,
    /// Its port on both loopback addresses, if clients can connect over TCP.
    port: Option<u16>,
    /// Its port for other proxies, if it may have links.
    link_port: Option<u16>,
    /// It announces itself, and looks for others, by mDNS.
    has_discovery: bool,
    /// Threads that own channels.
    shards: usize,
    /// Shards that did not answer. What they have is missing everywhere.
    shards_missing: usize,
    /// Connections over HTTP and WebSocket.
    connections: Use,
    /// Channels.
    channels: Use,
    /// Those of them that are local.
    local_channels: usize,
    /// Clients of this proxy that are in a channel.
    clients: usize,
    /// Peers that are clients of other proxies.
    peers_elsewhere: usize,
    /// Clients for which something waits that they did not take.
    lagging: usize,
    /// Clients that are not read, because a recipient is too slow.
    held: usize,
    /// Bytes that wait for clients.
    waiting_bytes: usize,
    /// Other proxies that are linked.
    links: usize,
    /// Other proxies that are known and not linked.
    candidates: usize,
    /// Clients that have joined since the start.
    joined: u64,
    /// Clients that have left since the start.
    left: u64,
    /// Clients that were closed since the start because they read too slowly.
    cut: u64,
    /// Messages that clients have sent since the start.
    messages: u64,
    /// Bytes of these messages.
    received_bytes: u64,
    /// Bytes that were written to clients since the start.
    written_bytes: u64,
    /// Limits that can be configured.
    limits: LimitsRow,
    /// What is left of what others get in rations.
    rations: RationsRow,
    /// The network interfaces of this machine.
    interfaces: Vec<InterfaceRow>,
    /// Refusals since the start, by kind.
    refusals: BTreeMap<&'static str, u64>,
    /// Whether anything is wrong.
    verdict: Verdict,
}

/// How much of something is used.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(in crate::api) struct Use {
    /// As many are there.
    pub(in crate::api) now: usize,
    /// As many may be there.
    pub(in crate::api) max: usize,
}

/// Limits that can be configured.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(in crate::api) struct LimitsRow {
    /// Bytes of a message.
    pub(in crate::api) message_bytes: usize,
    /// Bytes that may wait for a client that does not read.
    pub(in crate::api) queue_bytes: usize,
    /// Peers in a channel.
    pub(in crate::api) channel_peers: usize,
    /// Milliseconds between two pings to a client.
    pub(in crate::api) ping_ms: u64,
    /// Milliseconds of silence after which a client counts as gone.
    pub(in crate::api) silence_ms: u64,
    /// Bytes of the head of a request.
    pub(in crate::api) header_bytes: usize,
    /// Milliseconds in which the head of a request has to arrive.
    pub(in crate::api) handshake_ms: u64,
    /// Channel names that a web site may try at once.
    pub(in crate::api) site_name_burst: u32,
    /// Channel names that all web sites together may try at once.
    pub(in crate::api) all_sites_name_burst: u32,
    /// Milliseconds after which web sites may try one more name.
    pub(in crate::api) name_interval_ms: u64,
}

impl LimitsRow {
    /// What is configured.
    pub(in crate::api) fn of(limits: &Limits) -> Self {
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Self {
            message_bytes: limits.message,
            queue_bytes: limits.queue,
            channel_peers: limits.channel_peers,
            ping_ms: milliseconds(limits.ping_interval),
            silence_ms: milliseconds(limits.silence),
            header_bytes: limits.request_head,
            handshake_ms: milliseconds(limits.request_head_time),
            site_name_burst: limits.site_names.site_burst,
            all_sites_name_burst: limits.site_names.all_burst,
            name_interval_ms: milliseconds(limits.site_names.interval),
        }
    }
}

/// What is left of what others get in rations: some at once, and then a few each second. Those of
/// links are `null` where there are none.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(in crate::api) struct RationsRow {
    /// New names of channels for all web sites.
    site_names: usize,
    /// Handshakes with other proxies.
    handshakes: Option<usize>,
    /// Guesses at names by proxies that share no channel with this one.
    strangers_guesses: Option<usize>,
    /// Guesses at names by proxies that share one.
    friends_guesses: Option<usize>,
}

fn rations_row(api: &Api, collection: &Collection) -> RationsRow {
    let of_links = collection.mesh.as_ref().map(|mesh| mesh.rations);
    RationsRow {
        site_names: api.site_names.left(),
        handshakes: of_links.map(|[handshakes, ..]| handshakes),
        strangers_guesses: of_links.map(|[_, strangers, _]| strangers),
        friends_guesses: of_links.map(|[.., friends]| friends),
    }
}

/// A network interface.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::api) struct InterfaceRow {
    /// Its name. Shown with the token only.
    name: Option<String>,
    /// Its addresses, with the lengths of their prefixes. Shown with the token only, and if it is
    /// used.
    addresses: Vec<String>,
    /// It is used.
    is_used: bool,
    /// Why it is not used.
    reason: Option<String>,
}

/// The row of this proxy.
pub(in crate::api) fn proxy_row(api: &Api, collection: &Collection, view: View) -> ProxyRow {
    let Facts { port, link_port, has_discovery, channels_max, limits, .. } = api.facts;
    let (sums, counts) = (totals(collection), collection.counts);
    let (connections, connections_max) = api.permits.used();
    let mesh = collection.mesh.as_ref();
    ProxyRow {
        version: env!("CARGO_PKG_VERSION"),
        protocol: nws_protocol::VERSION,
        has_names: view == View::Names,
        id: mesh.filter(|_| view == View::Names).map(|mesh| mesh.own.to_string()),
        started_at: api.facts.began.before(Duration::ZERO),
        port,
        link_port,
        has_discovery,
        shards: collection.shards.len(),
        shards_missing: collection.missing(),
        connections: Use { now: connections, max: connections_max },
        channels: Use { now: sums.local_channels + sums.network_channels, max: channels_max },
        local_channels: sums.local_channels,
        clients: sums.clients,
        peers_elsewhere: sums.elsewhere,
        lagging: sums.lagging,
        held: sums.held,
        waiting_bytes: sums.waiting,
        links: super::links::ready(collection).count(),
        candidates: mesh.map_or(0, |mesh| mesh.candidates.len() + mesh.unresolved.len()),
        joined: counts.joined,
        left: counts.left,
        cut: counts.cut,
        messages: counts.messages,
        received_bytes: counts.received_bytes,
        written_bytes: counts.written_bytes,
        limits,
        rations: rations_row(api, collection),
        interfaces: interface_rows(collection, view),
        refusals: api.refusals.all().into_iter().filter(|(_, count)| *count > 0).collect(),
        verdict: verdict(api, collection),
    }
}

fn interface_rows(collection: &Collection, view: View) -> Vec<InterfaceRow> {
    let shows = view == View::Names;
    let row = |(name, addresses, reason): (&str, Vec<String>, Option<String>)| InterfaceRow {
        name: shows.then(|| name.to_owned()),
        addresses: if shows { addresses } else { Vec::new() },
        is_used: reason.is_none(),
        reason,
    };
    collection.interfaces.iter().map(row).collect()
}

/// The sums of all shards that answered.
pub(in crate::api) fn totals(collection: &Collection) -> Sums {
    let mut sums = Sums::default();
    for shard in collection.shards.iter().flatten() {
        let Sums {
            local_channels,
            network_channels,
            isolated_channels,
            clients,
            elsewhere,
            lagging,
            held,
            waiting,
        } = shard.sums;
        sums.local_channels += local_channels;
        sums.network_channels += network_channels;
        sums.isolated_channels += isolated_channels;
        sums.clients += clients;
        sums.elsewhere += elsewhere;
        sums.lagging += lagging;
        sums.held += held;
        sums.waiting += waiting;
    }
    sums
}
