//! Answers `GET /status`, by which a page learns whether and how it can connect.

use axum::Extension;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, VARY,
};
use http::{HeaderName, StatusCode};

use super::origin::Client;

/// A header of Private Network Access, the forerunner of today's prompts. Some browsers still ask
/// for it.
const ALLOW_PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-allow-private-network");

#[derive(serde::Serialize)]
struct Body {
    service: &'static str,
    protocol: u32,
    origin: &'static str,
    /// The origin as the proxy sees it. `--allow-origin` has to name this.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<String>,
}

/// What the gate has decided about the client.
#[derive(Clone, Debug)]
pub(super) struct OriginJudged {
    pub(super) client: Client,
    pub(super) admitted: bool,
}

/// Any page may ask, also a refused one, so that it can report the reason.
pub(super) async fn get(Extension(judged): Extension<OriginJudged>) -> Response {
    let origin = if judged.admitted { "allowed" } else { "refused" };
    let page = match judged.client {
        Client::Program => None,
        Client::Page { origin, .. } => Some(origin),
    };
    let body = Body { service: "networkwebsockets", protocol: nws_protocol::VERSION, origin, page };
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "no-store"),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (VARY, "Origin"),
    ];
    (headers, serde_json::to_string(&body).unwrap_or_default()).into_response()
}

/// The response to a preflight request.
pub(super) async fn preflight() -> Response {
    let headers = [
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (ACCESS_CONTROL_ALLOW_METHODS, "GET"),
        (ALLOW_PRIVATE_NETWORK, "true"),
        (VARY, "Origin"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}
