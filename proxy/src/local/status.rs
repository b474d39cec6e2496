//! `GET /status`: what a page asks to learn whether, and how, it can connect.

use axum::Extension;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, VARY,
};
use http::{HeaderName, StatusCode};

/// Of Private Network Access, the forerunner of today's prompts; some browsers still ask for it.
const ALLOW_PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-allow-private-network");

#[derive(serde::Serialize)]
struct Body {
    service: &'static str,
    protocol: u32,
    origin: &'static str,
}

/// What the gate thinks of the page that asks.
#[derive(Clone, Copy, Debug)]
pub(super) struct OriginJudged {
    pub(super) admitted: bool,
}

/// Any page may ask, the refused ones too: so that they can say why.
pub(super) async fn get(Extension(judged): Extension<OriginJudged>) -> Response {
    let origin = if judged.admitted { "allowed" } else { "refused" };
    let body = Body { service: "networkwebsockets", protocol: nws_protocol::VERSION, origin };
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "no-store"),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (VARY, "Origin"),
    ];
    (headers, serde_json::to_string(&body).unwrap_or_default()).into_response()
}

/// The answer to a browser that asks before it asks.
pub(super) async fn preflight() -> Response {
    let headers = [
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (ACCESS_CONTROL_ALLOW_METHODS, "GET"),
        (ALLOW_PRIVATE_NETWORK, "true"),
        (VARY, "Origin"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}
