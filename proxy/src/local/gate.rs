//! What every request passes before anything looks at its path.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_SECURITY_POLICY, HOST, ORIGIN, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::host::Hosts;
use super::origin::{Client, Origins};
use super::site_names::SharedSiteNames;
use super::status::OriginJudged;
use super::upgrade;
use crate::refusals::{Refusals, Refused};
use crate::shard::ShardHandles;
use crate::stream::Transport;
use crate::trouble::Troubles;

/// The policy of answers that are no pages.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// Characters of a header that are repeated to whoever sent it, and in the log.
const READABLE_MAX: usize = 255;

/// Who is let in, and where upgrades go.
pub(super) struct Gate {
    pub(super) hosts: Hosts,
    pub(super) origins: Origins,
    pub(super) names: SharedSiteNames,
    pub(super) shards: ShardHandles,
    /// Refusals of which the log has told.
    pub(super) refused: Troubles<String>,
    /// All of them, counted.
    pub(super) refusals: Refusals,
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
    let transport = request.extensions().get().copied().unwrap_or(Transport::Tcp);
    if !gate.hosts.admit(transport, request.headers(), request.uri().authority()) {
        let host = readable(request.headers(), &HOST);
        let reason = format!("the host {host} is not served: use localhost, or allow it with --allow-host");
        return gate.refuse(Refused::Host, reason);
    }
    if is_repeated(request.headers(), &ORIGIN) {
        return gate.refuse(Refused::Origin, "a request has one Origin, not two".to_owned());
    }
    let client = Client::of(request.headers());
    let admitted = gate.origins.admit(&client);
    if upgrade::is_wanted(request.headers()) {
        if admitted {
            return upgrade::answer(&gate, &client, request).await;
        }
        let origin = readable(request.headers(), &ORIGIN);
        let reason = format!("the origin {origin} is not among those of --allow-origin");
        return gate.refuse(Refused::Origin, reason);
    }
    request.extensions_mut().insert(OriginJudged { client, admitted });
    next.run(request).await
}

impl Gate {
    /// Tells whoever asked, and the log.
    fn refuse(&self, kind: Refused, reason: String) -> Response {
        self.refusals.count(kind);
        if self.refused.is_news(reason.clone()) {
            tracing::warn!("a request is refused: {reason}");
        }
        (StatusCode::FORBIDDEN, reason + "\n").into_response()
    }
}

/// Whether a header that stands for one thing says two.
pub(super) fn is_repeated(headers: &HeaderMap, name: &HeaderName) -> bool {
    headers.get_all(name).iter().nth(1).is_some()
}

/// What a header says, for people.
fn readable(headers: &HeaderMap, name: &HeaderName) -> String {
    let value = headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let value: String = value.unwrap_or_default().chars().take(READABLE_MAX).collect();
    format!("{value:?}")
}
