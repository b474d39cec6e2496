//! Does what the user of this machine asks for. Nothing here is a `GET`.

use std::sync::Arc;

use axum::Extension;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use nws_core::{ConnId, PeerPlace};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Api;
use super::access::View;
use super::answer::{Fault, fault, json, stopping};
use super::collector::{Collection, LISTED};
use super::rows::{client_id, is_linked, wanted_by_id};
use super::token::CODE_TIME;

/// Bytes of a request.
const BODY_MAX: usize = 1024;

type Asked = State<Arc<Api>>;

/// A row of a list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    /// The id of the row.
    id: String,
}

/// A code that can be exchanged once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct IssuedCode {
    /// The code.
    code: String,
    /// Milliseconds in which it can be exchanged.
    valid_ms: u64,
}

/// A code to be exchanged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GivenCode {
    /// The code.
    code: String,
}

/// The token of this start.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GivenToken {
    /// The token.
    token: String,
}

/// What was asked for is done, or has begun.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Done {
    /// Always true.
    done: bool,
}

/// Makes a code for a page, which exchanges it for the token. Needs the token.
#[utoipa::path(post, path = "/api/v1/codes", responses((status = 200, body = IssuedCode), (status = 401, body = Fault), (status = 403, body = Fault)))]
pub(super) async fn issue_code(State(api): Asked, Extension(view): Extension<View>) -> Response {
    if view == View::Digests {
        return needs_token();
    }
    let valid_ms = u64::try_from(CODE_TIME.as_millis()).unwrap_or_default();
    match api.codes.issue() {
        Ok(code) => json(&IssuedCode { code, valid_ms }),
        Err(_) => fault(StatusCode::INTERNAL_SERVER_ERROR, "the system gives no random numbers"),
    }
}

/// Exchanges a code for the token.
#[utoipa::path(post, path = "/api/v1/sessions", request_body = GivenCode, responses((status = 200, body = GivenToken), (status = 400, body = Fault), (status = 401, body = Fault), (status = 403, body = Fault), (status = 415, body = Fault)))]
pub(super) async fn redeem_code(State(api): Asked, request: Request) -> Response {
    match read::<GivenCode>(request).await {
        Ok(GivenCode { code }) if api.codes.redeem(&code) => {
            json(&GivenToken { token: api.token.as_str().to_owned() })
        }
        Ok(GivenCode { .. }) => {
            fault(StatusCode::UNAUTHORIZED, "this code was used, is too old, or was never made")
        }
        Err(refused) => refused,
    }
}

/// Dials a candidate now, and looks its name up if it has no address. One that is linked by now is done. Needs the token.
#[utoipa::path(post, path = "/api/v1/dial", request_body = Row, responses((status = 200, body = Done), (status = 400, body = Fault), (status = 401, body = Fault), (status = 403, body = Fault), (status = 404, body = Fault), (status = 415, body = Fault)))]
pub(super) async fn dial(State(api): Asked, Extension(view): Extension<View>, request: Request) -> Response {
    let (row, collection) = match begin(&api, view, request).await {
        Ok(begun) => begun,
        Err(refused) => return refused,
    };
    match wanted_by_id(&api, &collection, &row.id) {
        Some(wanted) => answer_of(api.dial(wanted).await),
        None if is_linked(&api, &collection, &row.id) => json(&Done { done: true }),
        None => fault(StatusCode::NOT_FOUND, "there is no such candidate that can be dialled"),
    }
}

fn answer_of(done: bool) -> Response {
    if done { json(&Done { done }) } else { stopping() }
}

/// Closes the connection of a client of this proxy with 1008. Needs the token.
#[utoipa::path(post, path = "/api/v1/disconnect", request_body = Row, responses((status = 200, body = Done), (status = 400, body = Fault), (status = 401, body = Fault), (status = 403, body = Fault), (status = 404, body = Fault), (status = 415, body = Fault)))]
pub(super) async fn disconnect(
    State(api): Asked,
    Extension(view): Extension<View>,
    request: Request,
) -> Response {
    let (row, collection) = match begin(&api, view, request).await {
        Ok(begun) => begun,
        Err(refused) => return refused,
    };
    match connection(&collection, &row.id) {
        Some((shard, conn)) if api.shards.numbered(shard).disconnect(conn).await => {
            json(&Done { done: true })
        }
        Some(_) | None => fault(StatusCode::NOT_FOUND, "there is no such client of this proxy"),
    }
}

/// What is asked for, and what there is.
async fn begin(api: &Api, view: View, request: Request) -> Result<(Row, Arc<Collection>), Response> {
    if view == View::Digests {
        return Err(needs_token());
    }
    let row = read(request).await?;
    Ok((row, api.collector.collect(LISTED).await.ok_or_else(stopping)?))
}

fn connection(collection: &Collection, id: &str) -> Option<(usize, ConnId)> {
    let shards = collection.shards.iter().enumerate();
    let mut peers =
        shards.flat_map(|(shard, it)| it.iter().flat_map(|it| &it.peers).map(move |it| (shard, it)));
    peers.find_map(|(shard, peer)| match &peer.place {
        PeerPlace::Here(client) if client_id(shard, client) == id => Some((shard, client.conn)),
        PeerPlace::Here(_) | PeerPlace::Elsewhere(_) => None,
    })
}

pub(super) fn needs_token() -> Response {
    fault(StatusCode::UNAUTHORIZED, "this needs the token of this start")
}

/// Reads a body. A page of another site cannot send one of this type without being asked first.
pub(super) async fn read<T: DeserializeOwned>(request: Request<Body>) -> Result<T, Response> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind.and_then(|kind| kind.split(';').next()).map(str::trim) != Some("application/json") {
        return Err(fault(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body must be application/json"));
    }
    let invalid = || fault(StatusCode::BAD_REQUEST, "the body is not what this takes");
    let bytes = to_bytes(request.into_body(), BODY_MAX).await.map_err(|_| invalid())?;
    serde_json::from_slice(&bytes).map_err(|_| invalid())
}
