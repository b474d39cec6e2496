//! What the proxy of this machine tells of itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::{IpAddr, SocketAddr};

use http::StatusCode;
use http::header::AUTHORIZATION;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::status::get;
use crate::RuntimeFolder;

/// The proxy of this machine, and the token of its start if this user has it.
#[derive(Clone, Debug)]
pub(super) struct Teller {
    port: u16,
    token: Option<String>,
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
    /// The proxy that listens on `port`.
    pub(super) fn at(port: u16) -> Self {
        let files = RuntimeFolder::token_files(port);
        Self { port, token: files.iter().find_map(|path| fs::read_to_string(path).ok()) }
    }

    /// The row of the proxy. A token that is not of this start is forgotten.
    pub(super) async fn proxy(&mut self) -> Option<ProxyRow> {
        match self.ask("proxy").await? {
            (StatusCode::OK, row) => row,
            _ => {
                self.token = None;
                self.read("proxy").await
            }
        }
    }

    /// The links and the proxies that are not linked, for those who have the token.
    pub(super) async fn mesh(&self) -> Option<(Vec<LinkRow>, Vec<CandidateRow>)> {
        self.token.as_ref()?;
        let (links, candidates) = tokio::join!(self.read("links"), self.read("candidates"));
        let (links, candidates): (List<LinkRow>, List<CandidateRow>) = (links?, candidates?);
        Some((links.rows, candidates.rows))
    }

    /// Who has connected, for those who have the token.
    pub(super) async fn calls(&self) -> Option<Calls> {
        self.token.as_ref()?;
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
        self.ask(path).await.filter(|(status, _)| *status == StatusCode::OK)?.1
    }

    async fn ask<T: DeserializeOwned>(&self, path: &str) -> Option<(StatusCode, Option<T>)> {
        let token = self.token.as_ref().map(|token| (AUTHORIZATION, format!("Bearer {token}")));
        let (status, bytes) = get(self.port, &format!("/api/v1/{path}"), token).await.ok()?;
        Some((status, serde_json::from_slice(&bytes).ok()))
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
