//! Moves a reader of the live feed from HTTP to its feed, or refuses it.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::handshake;
use super::held_permit::HeldPermit;
use crate::api::Api;

/// Answers an upgrade to the feed.
pub(super) fn answer(api: &Arc<Api>, mut request: Request) -> Response {
    let feed = match api.open_feed(&request) {
        Ok(feed) => feed,
        Err(refused) => return *refused,
    };
    let accept = match handshake::check(&request) {
        Ok(accept) => accept,
        Err(flaw) => return flaw.into_response(),
    };
    let permit = request.extensions().get::<HeldPermit>().and_then(HeldPermit::take);
    let Some(permit) = permit else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let response = handshake::switching(&accept, request.headers());
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        let _permit = permit;
        match upgrade.await {
            Ok(upgraded) => feed.serve(upgraded).await,
            Err(error) => tracing::debug!(%error, "an upgrade to the feed has failed"),
        }
    });
    response
}
