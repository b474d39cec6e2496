//! Admits or refuses requests, before their path is looked at.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_SECURITY_POLICY, HOST, ORIGIN, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, StatusCode};

use super::headers::{is_repeated, readable};
use super::host::Hosts;
use super::origin::{Client, Origins};
use super::status::OriginJudged;
use super::upgrade::Upgrades;
use super::{feed, handshake};
use crate::api::{Api, LIVE_PATH};
use crate::refusals::{Refusals, Refused};
use crate::stream::Transport;
use crate::trouble::Troubles;

/// The content policy of responses that are no pages.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// Decides which requests are admitted.
pub(super) struct Gate {
    pub(super) hosts: Hosts,
    pub(super) origins: Origins,
    pub(super) upgrades: Upgrades,
    pub(super) api: Arc<Api>,
    /// Refusals that were logged.
    pub(super) refused: Troubles<String>,
    /// Counts all refusals.
    pub(super) refusals: Refusals,
}

/// Puts the gate before every route, and before paths that have no route.
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
    if handshake::is_wanted(request.headers()) {
        if request.uri().path() == LIVE_PATH {
            let response = feed::answer(&gate.api, request);
            if response.status() == StatusCode::FORBIDDEN {
                gate.refusals.count(Refused::Origin);
            }
            return response;
        }
        if admitted {
            return gate.upgrades.answer(&client, request).await;
        }
        let origin = readable(request.headers(), &ORIGIN);
        let reason = format!("the origin {origin} is not among those of --allow-origin");
        return gate.refuse(Refused::Origin, reason);
    }
    request.extensions_mut().insert(OriginJudged { client, admitted });
    next.run(request).await
}

impl Gate {
    /// Tells the client and the log.
    fn refuse(&self, kind: Refused, reason: String) -> Response {
        self.refusals.count(kind);
        if self.refused.is_news(reason.clone()) {
            tracing::warn!("a request is refused: {reason}");
        }
        (StatusCode::FORBIDDEN, reason + "\n").into_response()
    }
}
