//! Answers what there is.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;

use super::Api;
use super::access::View;
use super::answer::{Fault, json, stopping};
use super::collector::{LISTED, SUMS};
use super::rows::{
    CallerRow, CandidateRow, ChannelRow, EventRow, LinkRow, List, PeerRow, ProxyRow, caller_rows,
    candidate_rows, channel_rows, event_rows, link_rows, peer_rows, proxy_row,
};

type Asked = State<Arc<Api>>;

/// This proxy: version, ports, limits, sums and counts.
#[utoipa::path(get, path = "/api/v1/proxy", responses((status = 200, body = ProxyRow), (status = 401, body = Fault), (status = 403, body = Fault)))]
pub(super) async fn proxy(State(api): Asked, Extension(view): Extension<View>) -> Response {
    match api.collector.collect(SUMS).await {
        Some(collection) => json(&proxy_row(&api, &collection, view)),
        None => stopping(),
    }
}

/// The links to other proxies.
#[utoipa::path(get, path = "/api/v1/links", responses((status = 200, body = List<LinkRow>), (status = 401, body = Fault), (status = 403, body = Fault)))]
pub(super) async fn links(State(api): Asked, Extension(view): Extension<View>) -> Response {
    match api.collector.collect(SUMS).await {
        Some(collection) => json(&link_rows(&api, &collection, view)),
        None => stopping(),
    }
}

/// The proxies that are known and not linked, and why.
#[utoipa::path(get, path = "/api/v1/candidates", responses((status = 200, body = List<CandidateRow>), (status = 401, body = Fault), (status = 403, body = Fault)))]
pub(super) async fn candidates(State(api): Asked, Extension(view): Extension<View>) -> Response {
    match api.collector.collect(SUMS).await {
        Some(collection) => json(&candidate_rows(&api, &collection, view)),
        None => stopping(),
    }
}

/// From where there were connections to the port of links: 256 addresses at most.
#[utoipa::path(get, path = "/api/v1/callers", responses((status = 200, body = List<CallerRow>), (status = 401, body = Fault), (status = 403, body = Fault)))]
pub(super) async fn callers(State(api): Asked, Extension(view): Extension<View>) -> Response {
    match api.collector.collect(SUMS).await {
        Some(collection) => json(&caller_rows(&api, &collection, view)),
        None => stopping(),
    }
}

/// The channels: 2,000 at most.
#[utoipa::path(get, path = "/api/v1/channels", responses((status = 200, body = List<ChannelRow>), (status = 401, body = Fault), (status = 403, body = Fault)))]
pub(super) async fn channels(State(api): Asked, Extension(view): Extension<View>) -> Response {
    match api.collector.collect(LISTED).await {
        Some(collection) => json(&channel_rows(&api, &collection, view)),
        None => stopping(),
    }
}

/// The peers: 10,000 at most. Those that are slow come first.
#[utoipa::path(get, path = "/api/v1/peers", params(("channel" = Option<String>, Query, description = "The id of a channel: only its peers.")), responses((status = 200, body = List<PeerRow>), (status = 401, body = Fault), (status = 403, body = Fault)))]
pub(super) async fn peers(
    State(api): Asked,
    Extension(view): Extension<View>,
    RawQuery(query): RawQuery,
) -> Response {
    let mut pairs = query.iter().flat_map(|query| query.split('&'));
    let channel = pairs.find_map(|pair| pair.strip_prefix("channel="));
    match api.collector.collect(LISTED).await {
        Some(collection) => json(&peer_rows(&api, &collection, channel, view)),
        None => stopping(),
    }
}

/// What happened lately: joins, departures and cuts of clients, and links.
#[utoipa::path(get, path = "/api/v1/events", responses((status = 200, body = List<EventRow>), (status = 401, body = Fault), (status = 403, body = Fault)))]
pub(super) async fn events(State(api): Asked, Extension(view): Extension<View>) -> Response {
    match api.collector.collect(SUMS).await {
        Some(collection) => json(&event_rows(&api, &collection, view)),
        None => stopping(),
    }
}
