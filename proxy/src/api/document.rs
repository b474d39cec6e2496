//! Describes the API as OpenAPI, made of the code that answers.

use std::sync::LazyLock;

use axum::response::Response;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;

use super::answer::json;
use super::{actions, addresses, lists};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "Network Web Sockets", description = "What a proxy knows, for its console and its user."),
    paths(
        lists::proxy,
        lists::links,
        lists::candidates,
        lists::callers,
        lists::channels,
        lists::peers,
        lists::events,
        actions::issue_code,
        actions::redeem_code,
        actions::dial,
        actions::disconnect,
        addresses::list,
        addresses::add,
        addresses::remove,
    )
)]
struct Document;

/// Answers `GET /api/openapi.json`.
pub(super) async fn get() -> Response {
    static DOCUMENT: LazyLock<OpenApi> = LazyLock::new(Document::openapi);
    json(&*DOCUMENT)
}
