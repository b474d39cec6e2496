//! Rows as the live feed sends them: each as a text of its own, so that it is sent when it changes.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

use serde::Serialize;
use serde_json::value::RawValue;

use super::channels::{all, is_slow, peer_row};
use super::{candidate_rows, channel_rows, event_rows, link_rows, proxy_row};
use crate::api::Api;
use crate::api::access::View;
use crate::api::collector::Collection;

/// Rows of each kind in a feed. Whoever wants all asks for a list.
const LINKS: usize = 256;
const CANDIDATES: usize = 256;
const CHANNELS: usize = 1_000;
const SLOW_PEERS: usize = 64;
const CHOSEN_PEERS: usize = 1_000;

/// The rows of a collection for each view, made when the first reader wants them.
pub(in crate::api) type Views = [Shown; 2];

/// Rows that are made once.
#[derive(Debug, Default)]
pub(in crate::api) struct Shown(OnceLock<Vec<ShownRow>>);

/// A row of a feed.
#[derive(Clone, Debug)]
pub(in crate::api) struct ShownRow {
    pub(in crate::api) kind: Kind,
    pub(in crate::api) id: String,
    pub(in crate::api) text: Box<RawValue>,
    /// Differs where the text does.
    pub(in crate::api) hash: u64,
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

/// The rows that all readers of a view get.
pub(in crate::api) fn shown<'a>(api: &Api, collection: &'a Collection, view: View) -> &'a [ShownRow] {
    let Shown(rows) = &collection.views[usize::from(view == View::Names)];
    rows.get_or_init(|| {
        let mut rows: Vec<_> =
            row(Kind::Proxy, "proxy".to_owned(), &proxy_row(api, collection, view)).into_iter().collect();
        let links = link_rows(api, collection, view).rows.into_iter().take(LINKS);
        rows.extend(links.filter_map(|it| row(Kind::Links, it.id.clone(), &it)));
        let candidates = candidate_rows(api, collection, view).rows.into_iter().take(CANDIDATES);
        rows.extend(candidates.filter_map(|it| row(Kind::Candidates, it.id.clone(), &it)));
        let slow = all(collection).filter(|(_, peer)| is_slow(peer)).take(SLOW_PEERS);
        let slow = slow.map(|(shard, peer)| peer_row(api, collection, shard, peer, view));
        rows.extend(slow.filter_map(|it| row(Kind::Slow, it.id.clone(), &it)));
        let events = event_rows(api, collection, view).rows.into_iter();
        rows.extend(events.filter_map(|it| row(Kind::Events, it.id.clone(), &it)));
        let channels = channel_rows(api, collection, view).rows.into_iter().take(CHANNELS);
        rows.extend(channels.filter_map(|it| row(Kind::Channels, it.id.clone(), &it)));
        rows
    })
}

/// The rows of the peers of one channel.
pub(in crate::api) fn peers_of(
    api: &Api,
    collection: &Collection,
    channel: &str,
    view: View,
) -> Vec<ShownRow> {
    let peers = super::peer_rows(api, collection, Some(channel), view).rows.into_iter().take(CHOSEN_PEERS);
    peers.filter_map(|it| row(Kind::Peers, it.id.clone(), &it)).collect()
}

fn row(kind: Kind, id: String, row: &impl Serialize) -> Option<ShownRow> {
    let text = serde_json::value::to_raw_value(row).ok()?;
    let mut hasher = DefaultHasher::new();
    text.get().hash(&mut hasher);
    Some(ShownRow { kind, id, text, hash: hasher.finish() })
}
