//! What every request passes before anything looks at its path.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, StatusCode};

use super::host::Hosts;
use super::origin::{Client, Origins};
use super::site_names::Budget;
use super::status::OriginJudged;
use super::upgrade;
use crate::shard::ShardHandles;

/// The policy of answers that are no pages.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// Who is let in, and where upgrades go.
pub(super) struct Gate {
    pub(super) hosts: Hosts,
    pub(super) origins: Origins,
    pub(super) names: Budget,
    pub(super) shards: ShardHandles,
}

/// Puts the gate before every route, those that do not exist included.
pub(super) fn guard(router: Router, gate: Arc<Gate>) -> Router {
    router.layer(from_fn_with_state(gate, pass))
}

async fn pass(gate: State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let mut response = judge(gate, request, next).await;
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(NOTHING));
    response
}

async fn judge(State(gate): State<Arc<Gate>>, mut request: Request, next: Next) -> Response {
    if !gate.hosts.admit(request.headers(), request.uri().authority()) {
        let reason = "this Host is not served: use localhost, or allow it with --allow-host\n";
        return (StatusCode::FORBIDDEN, reason).into_response();
    }
    let client = Client::of(request.headers());
    let admitted = gate.origins.admit(&client);
    if upgrade::is_wanted(request.headers()) {
        return match admitted {
            true => upgrade::answer(&gate, &client, request).await,
            false => (StatusCode::FORBIDDEN, "this Origin is not in --allow-origin\n").into_response(),
        };
    }
    request.extensions_mut().insert(OriginJudged { admitted });
    next.run(request).await
}
