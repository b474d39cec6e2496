//! What the proxy of this machine tells of itself.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::discovery::PeerAddress;
use crate::proxy_place::ProxyPlace;
use crate::teller;

/// How long the API may take: it waits for threads that hang.
const PATIENCE: Duration = Duration::from_secs(5);

/// The proxy of this machine, as far as it tells this user.
#[derive(Debug)]
pub(super) struct Teller {
    teller: teller::Teller,
    /// The token of its start is known.
    tells_names: bool,
}

/// A list of the API.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct List<T> {
    pub(super) total: usize,
    pub(super) rows: Vec<T>,
}

/// The proxy itself.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ProxyRow {
    pub(super) id: Option<String>,
    pub(super) version: String,
    pub(super) link_port: Option<u16>,
    has_names: bool,
    pub(super) shards: usize,
    pub(super) shards_missing: usize,
}

/// A link.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct LinkRow {
    pub(super) proxy: Option<String>,
    pub(super) address: Option<String>,
    pub(super) state: String,
    pub(super) kind: String,
    pub(super) is_dialled: bool,
}

/// A proxy that is not linked.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct CandidateRow {
    pub(super) proxy: Option<String>,
    pub(super) kind: String,
    pub(super) peer: Option<String>,
    pub(super) addresses: Vec<String>,
    pub(super) reason: String,
    pub(super) detail: Option<String>,
}

/// An address that the user has given.
#[derive(Clone, Debug, Deserialize)]
struct AddressRow {
    address: Option<String>,
    is_configured: bool,
}

#[derive(Clone, Debug, Deserialize)]
struct CallerRow {
    address: Option<String>,
    connections: u64,
}

/// Who has connected to the port of links.
#[derive(Clone, Debug, Default)]
pub(super) struct Calls {
    /// The connections from each address since the start of the proxy.
    connections: BTreeMap<IpAddr, u64>,
    /// Those who have made a link that still is.
    linked: BTreeSet<IpAddr>,
    /// How many the proxy has forgotten.
    forgotten: usize,
}

impl Teller {
    /// The proxy at this place.
    pub(super) const fn at(place: ProxyPlace) -> Self {
        Self { teller: teller::Teller::new(place, PATIENCE), tells_names: false }
    }

    /// The row of the proxy.
    pub(super) async fn proxy(&mut self) -> Option<ProxyRow> {
        let row: ProxyRow = self.read("proxy").await?;
        self.tells_names = row.has_names;
        Some(row)
    }

    /// The links and the proxies that are not linked, for those who have the token.
    pub(super) async fn mesh(&self) -> Option<(Vec<LinkRow>, Vec<CandidateRow>)> {
        self.tells_names.then_some(())?;
        let (links, candidates) = tokio::join!(self.read("links"), self.read("candidates"));
        let (links, candidates): (List<LinkRow>, List<CandidateRow>) = (links?, candidates?);
        Some((links.rows, candidates.rows))
    }

    /// The addresses that it remembers and no configuration names, for those who have the token.
    pub(super) async fn remembered(&self) -> Vec<PeerAddress> {
        if !self.tells_names {
            return Vec::new();
        }
        let list: Option<List<AddressRow>> = self.read("addresses").await;
        let rows = list.into_iter().flat_map(|it| it.rows).filter(|it| !it.is_configured);
        rows.filter_map(|it| it.address?.parse().ok()).collect()
    }

    /// Who has connected, for those who have the token.
    pub(super) async fn calls(&self) -> Option<Calls> {
        self.tells_names.then_some(())?;
        let (callers, links) = tokio::join!(self.read("callers"), self.read("links"));
        let (callers, links): (List<CallerRow>, List<LinkRow>) = (callers?, links?);
        let forgotten = callers.total - callers.rows.len().min(callers.total);
        let connections =
            callers.rows.iter().filter_map(|it| Some((ip(it.address.as_deref()?)?, it.connections)));
        let linked = links.rows.iter().filter(|it| !it.is_dialled);
        let linked = linked
            .filter_map(|it| Some(it.address.as_ref()?.parse::<SocketAddr>().ok()?.ip().to_canonical()));
        Some(Calls { connections: connections.collect(), linked: linked.collect(), forgotten })
    }

    async fn read<T: DeserializeOwned>(&self, path: &str) -> Option<T> {
        self.teller.get(path).await.ok().filter(|told| told.status == StatusCode::OK)?.json()
    }
}

impl Calls {
    /// Those who have connected since `before`, or have a link that they have made.
    pub(super) fn since(&self, before: &Self) -> BTreeSet<IpAddr> {
        let is_new = |(address, count): &(&IpAddr, &u64)| before.connections.get(address) < Some(count);
        let new = self.connections.iter().filter(is_new).map(|(address, _)| *address);
        new.chain(self.linked.iter().copied()).collect()
    }

    /// Gives whether none that has connected since `before` is forgotten.
    pub(super) fn is_complete(&self, before: &Self) -> bool {
        self.forgotten == before.forgotten
    }
}

fn ip(text: &str) -> Option<IpAddr> {
    text.parse().ok()
}
