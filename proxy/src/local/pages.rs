//! Serves the console, the demos, and the client as scripts and as npm package.

use axum::Router;
use axum::extract::{Path, Request};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::{HeaderMap, StatusCode};

use super::status;
use crate::assets::{self, Asset};

/// The routes of all pages.
pub(super) fn router() -> Router {
    Router::new()
        .route("/", get(console))
        .route("/console", get(console))
        .route("/console/{*path}", get(console_file))
        .route("/demo", get(|| async { Redirect::permanent("/demo/") }))
        .route("/demo/", get(|headers: HeaderMap| async move { demo("", &headers) }))
        .route("/demo/{*path}", get(demo_file))
        .route("/networkwebsockets.js", get(script))
        .route("/networkwebsockets.mjs", get(script))
        .route("/networkwebsockets-streams.js", get(script))
        .route("/networkwebsockets-streams.mjs", get(script))
        .route("/networkwebsockets.tgz", get(package))
        .route("/status", get(status::get).options(status::preflight))
        .fallback(|| async { not_found() })
}

async fn console(headers: HeaderMap) -> Response {
    match assets::console("index.html").filter(|_| assets::has_client()) {
        Some(page) => page.respond(&headers),
        None => (StatusCode::SERVICE_UNAVAILABLE, axum::response::Html(assets::UNBUILT_PAGE)).into_response(),
    }
}

async fn console_file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    file(assets::console(&path), &headers)
}

async fn demo_file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    demo(&path, &headers)
}

/// A file of the demos, or the index of a folder.
fn demo(path: &str, headers: &HeaderMap) -> Response {
    let folder = path.is_empty() || path.ends_with('/');
    if folder {
        return file(assets::demo(&format!("{path}index.html")), headers);
    }
    match assets::demo(&format!("{path}/index.html")) {
        Some(_) => Redirect::permanent(&format!("/demo/{path}/")).into_response(),
        None => file(assets::demo(path), headers),
    }
}

/// The client, for pages of any origin.
async fn script(request: Request) -> Response {
    let name = request.uri().path().trim_start_matches('/');
    match assets::client(name) {
        Some(asset) => asset.for_any_origin().respond(request.headers()),
        None => Asset::unbuilt_script().for_any_origin().respond(request.headers()),
    }
}

/// The npm package of the client, for `npm install http://localhost:9009/networkwebsockets.tgz`.
async fn package(headers: HeaderMap) -> Response {
    match assets::client("networkwebsockets.tgz") {
        Some(asset) => asset.for_any_origin().respond(&headers),
        None => assets::unbuilt_package(),
    }
}

fn file(asset: Option<Asset>, headers: &HeaderMap) -> Response {
    asset.map_or_else(not_found, |asset| asset.respond(headers))
}

fn not_found() -> Response {
    let reason = "There is no such page. The console is at /, the demos are at /demo/; channels are \
                  WebSocket endpoints at /<channel>.\n";
    (StatusCode::NOT_FOUND, reason).into_response()
}
