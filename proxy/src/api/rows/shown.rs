//! Rows as the live feed sends them: each as a text of its own, so that it is sent when it changes.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use nws_core::{ChannelKey, PeerState, SurveyBounds};
use serde::Serialize;
use serde_json::value::RawValue;

use super::channels::{all, is_slow, peer_row};
use super::events::{EventId, events};
use super::{candidate_rows, channel_rows, link_rows, proxy_row};
use crate::api::Api;
use crate::api::access::View;
use crate::api::collector::{Collection, LISTED};

/// Rows of each kind in a feed. Whoever wants all asks for a list.
const LINKS: usize = 256;
const CANDIDATES: usize = 256;
const CHANNELS: usize = 1_000;
const SLOW_PEERS: usize = 64;
const CHOSEN_PEERS: usize = 1_000;

/// The rows of a collection, for each view. They are made once, when the first reader wants them.
#[derive(Debug, Default)]
pub(in crate::api) struct Shown {
    of_all: [OnceLock<Vec<Arc<ShownRow>>>; 2],
    /// The peers of channels that readers have chosen, by the id of the channel.
    of_channels: [Mutex<HashMap<String, Arc<[ShownRow]>>>; 2],
    by_channel: OnceLock<HashMap<String, Vec<usize>>>,
}

/// The rows of events of the last collection, for each view: an event stays what it is.
#[derive(Debug, Default)]
pub(in crate::api) struct KnownEvents([Mutex<HashMap<EventId, Arc<ShownRow>>>; 2]);

/// A row of a feed.
#[derive(Clone, Debug)]
pub(in crate::api) struct ShownRow {
    pub(in crate::api) kind: Kind,
    pub(in crate::api) id: String,
    pub(in crate::api) text: Box<RawValue>,
    /// Differs where the text does.
    pub(in crate::api) hash: u64,
    /// Which event it is.
    pub(in crate::api) event: Option<EventId>,
}

/// The kinds of rows, in the order in which they are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::api) enum Kind {
    Proxy,
    Links,
    Candidates,
    Slow,
    Events,
    Peers,
    Channels,
}

impl Kind {
    pub(in crate::api) const fn name(self) -> &'static str {
        match self {
            Self::Proxy => "proxy",
            Self::Links => "links",
            Self::Candidates => "candidates",
            Self::Slow => "slow",
            Self::Events => "events",
            Self::Peers => "peers",
            Self::Channels => "channels",
        }
    }
}

/// What a reader wants to be collected, who has chosen a channel or not.
pub(in crate::api) const fn wanted(has_channel: bool) -> SurveyBounds {
    SurveyBounds { channels: CHANNELS, peers: if has_channel { LISTED.peers } else { SLOW_PEERS } }
}

/// The rows that all readers of a view get.
pub(in crate::api) fn shown<'a>(api: &Api, collection: &'a Collection, view: View) -> &'a [Arc<ShownRow>] {
    collection.shown.of_all[number(view)].get_or_init(|| {
        let mut rows: Vec<_> =
            row(Kind::Proxy, "proxy".to_owned(), &proxy_row(api, collection, view)).into_iter().collect();
        let links = link_rows(api, collection, view).rows.into_iter().take(LINKS);
        rows.extend(links.filter_map(|it| row(Kind::Links, it.id.clone(), &it)));
        let candidates = candidate_rows(api, collection, view).rows.into_iter().take(CANDIDATES);
        rows.extend(candidates.filter_map(|it| row(Kind::Candidates, it.id.clone(), &it)));
        let slow = all(collection).filter(|(_, peer)| is_slow(peer)).take(SLOW_PEERS);
        let slow = slow.map(|(shard, peer)| peer_row(api, collection, shard, peer, view));
        rows.extend(slow.filter_map(|it| row(Kind::Slow, it.id.clone(), &it)));
        let mut rows: Vec<_> = rows.into_iter().map(Arc::new).collect();
        rows.extend(shown_events(api, collection, view));
        let channels = channel_rows(api, collection, view).rows.into_iter().take(CHANNELS);
        rows.extend(channels.filter_map(|it| row(Kind::Channels, it.id.clone(), &it)).map(Arc::new));
        rows
    })
}

fn shown_events(api: &Api, collection: &Collection, view: View) -> Vec<Arc<ShownRow>> {
    let KnownEvents(known) = &api.known_events;
    let mut known = known[number(view)].lock().unwrap_or_else(PoisonError::into_inner);
    let mut rows = Vec::new();
    for event in events(api, collection) {
        let row = known.get(&event.id()).cloned().or_else(|| {
            let made = event.row(api, collection, view);
            let row = row(Kind::Events, made.id.clone(), &made)?;
            Some(Arc::new(ShownRow { event: Some(event.id()), ..row }))
        });
        rows.extend(row.map(|row| (event.at(collection), row)));
    }
    *known = rows.iter().filter_map(|(_, row)| Some((row.event?, Arc::clone(row)))).collect();
    rows.sort_by_key(|(at, _)| *at);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The rows of the peers of one channel.
pub(in crate::api) fn peers_of(
    api: &Api,
    collection: &Collection,
    channel: &str,
    view: View,
) -> Arc<[ShownRow]> {
    let mut made = collection.shown.of_channels[number(view)].lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(rows) = made.get(channel) {
        return Arc::clone(rows);
    }
    let peers: Vec<(usize, &PeerState)> = all(collection).collect();
    let by_channel = collection.shown.by_channel.get_or_init(|| by_channel(api, &peers));
    let mut peers: Vec<_> =
        by_channel.get(channel).into_iter().flatten().map(|index| peers[*index]).collect();
    peers.sort_by_key(|(_, peer)| !is_slow(peer));
    let rows = peers.into_iter().take(CHOSEN_PEERS).filter_map(|(shard, peer)| {
        let peer = peer_row(api, collection, shard, peer, view);
        row(Kind::Peers, peer.id.clone(), &peer)
    });
    let rows: Arc<[ShownRow]> = rows.collect();
    made.insert(channel.to_owned(), Arc::clone(&rows));
    rows
}

/// The indices of the peers of each channel.
fn by_channel(api: &Api, peers: &[(usize, &PeerState)]) -> HashMap<String, Vec<usize>> {
    let mut indices: HashMap<&ChannelKey, Vec<usize>> = HashMap::new();
    for (index, (_, peer)) in peers.iter().enumerate() {
        indices.entry(&peer.channel).or_default().push(index);
    }
    indices.into_iter().map(|(channel, indices)| (api.channel_id(channel), indices)).collect()
}

fn number(view: View) -> usize {
    usize::from(view == View::Names)
}

fn row(kind: Kind, id: String, row: &impl Serialize) -> Option<ShownRow> {
    let text = serde_json::value::to_raw_value(row).ok()?;
    let mut hasher = DefaultHasher::new();
    text.get().hash(&mut hasher);
    Some(ShownRow { kind, id, text, hash: hasher.finish(), event: None })
}
