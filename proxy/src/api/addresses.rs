//! Lists, adds and removes the addresses of other proxies that the user gives.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Api;
use super::access::View;
use super::actions::{needs_token, read};
use super::answer::{Fault, fault, json, stopping};
use super::collector::SUMS;
use super::rows::{AddressRow, address_row, target_at};
use crate::addresses::{Changed, Unchanged};
use crate::discovery::PeerAddress;
use crate::mesh::Wanted;

type Asked = State<Arc<Api>>;

/// An address of another proxy.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GivenAddress {
    /// A host and a port, such as `nas.example:9010`.
    address: String,
}

/// The addresses that the user gives.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AddressList {
    /// How many there are.
    total: usize,
    /// Each of them.
    rows: Vec<AddressRow>,
    /// Why what is added is forgotten when this proxy ends, or why nothing can be added. Shown with the token only.
    shortcoming: Option<String>,
}

/// What became of an address.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChangedAddress {
    /// The address, as this proxy writes it.
    address: String,
    /// `added`, or `known` if it was there before; `removed`, or `unknown` if it was not.
    outcome: &'static str,
    /// `--peer`, its variable or the configuration file names it too.
    is_configured: bool,
    /// Why it is forgotten when this proxy ends, if it is.
    shortcoming: Option<String>,
}

/// The addresses of other proxies that the user gives, and whether they are linked.
#[utoipa::path(get, path = "/api/v1/addresses", responses((status = 200, body = AddressList), (status = 401, body = Fault), (status = 403, body = Fault)))]
pub(super) async fn list(State(api): Asked, Extension(view): Extension<View>) -> Response {
    let Some(collection) = api.collector.collect(SUMS).await else { return stopping() };
    let (all, shortcoming) = api.addresses.list().await;
    let rows: Vec<_> = all.iter().map(|it| address_row(&api, &collection, it, view)).collect();
    json(&AddressList { total: rows.len(), rows, shortcoming: shortcoming.filter(|_| view == View::Names) })
}

/// Remembers an address, looks it up and dials it at once. One that is known and not linked is dialled at once, too. Needs the token.
#[utoipa::path(post, path = "/api/v1/addresses/add", request_body = GivenAddress, responses((status = 200, body = ChangedAddress), (status = 400, body = Fault), (status = 401, body = Fault), (status = 403, body = Fault), (status = 409, body = Fault), (status = 415, body = Fault), (status = 500, body = Fault)))]
pub(super) async fn add(State(api): Asked, Extension(view): Extension<View>, request: Request) -> Response {
    let address = match given(view, request).await {
        Ok(address) => address,
        Err(refused) => return refused,
    };
    match api.addresses.add(address.clone()).await {
        Ok(Changed::Now) => changed(&api, &address, "added").await,
        Ok(Changed::Before) => {
            dial(&api, &address).await;
            changed(&api, &address, "known").await
        }
        Err(reason) => refusal(&reason),
    }
}

/// Forgets an address: it is not dialled any more, and the link that was made for it ends, unless its proxy is known
/// otherwise. Needs the token.
#[utoipa::path(post, path = "/api/v1/addresses/remove", request_body = GivenAddress, responses((status = 200, body = ChangedAddress), (status = 400, body = Fault), (status = 401, body = Fault), (status = 403, body = Fault), (status = 409, body = Fault), (status = 415, body = Fault), (status = 500, body = Fault)))]
pub(super) async fn remove(
    State(api): Asked,
    Extension(view): Extension<View>,
    request: Request,
) -> Response {
    let address = match given(view, request).await {
        Ok(address) => address,
        Err(refused) => return refused,
    };
    match api.addresses.remove(&address).await {
        Ok(Changed::Now) => changed(&api, &address, "removed").await,
        Ok(Changed::Before) => changed(&api, &address, "unknown").await,
        Err(reason) => refusal(&reason),
    }
}

/// Whoever adds an address that is known does not want to wait for its next turn.
async fn dial(api: &Api, address: &PeerAddress) {
    let Some(collection) = api.collector.collect(SUMS).await else { return };
    if let Some(target) = target_at(&collection, address) {
        api.dial(Wanted::Target(target)).await;
    }
}

async fn given(view: View, request: Request) -> Result<PeerAddress, Response> {
    if view == View::Digests {
        return Err(needs_token());
    }
    let GivenAddress { address } = read(request).await?;
    address
        .parse()
        .map_err(|_| fault(StatusCode::BAD_REQUEST, "an address is HOST:PORT, such as nas.example:9010"))
}

async fn changed(api: &Api, address: &PeerAddress, outcome: &'static str) -> Response {
    let (all, shortcoming) = api.addresses.list().await;
    let is_configured = all.iter().any(|it| it.address == *address && it.is_configured);
    json(&ChangedAddress { address: address.to_string(), outcome, is_configured, shortcoming })
}

fn refusal(reason: &Unchanged) -> Response {
    let status = match reason {
        Unchanged::TooLong => StatusCode::BAD_REQUEST,
        Unchanged::Full | Unchanged::Configured => StatusCode::CONFLICT,
        Unchanged::Memory(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    fault(status, reason.to_string())
}
