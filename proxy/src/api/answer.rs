//! Writes answers.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Serialize;
use utoipa::ToSchema;

/// Why a request was refused.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Fault {
    /// The reason in words.
    error: Cow<'static, str>,
}

/// An answer that is good.
pub(super) fn json(body: &impl Serialize) -> Response {
    with_status(StatusCode::OK, body)
}

/// An answer that says what is wrong.
pub(super) fn fault(status: StatusCode, error: impl Into<Cow<'static, str>>) -> Response {
    with_status(status, &Fault { error: error.into() })
}

/// The answer when the proxy stops.
pub(super) fn stopping() -> Response {
    fault(StatusCode::SERVICE_UNAVAILABLE, "the proxy stops")
}

fn with_status(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_string(body) {
        Ok(text) => (status, [(CONTENT_TYPE, "application/json")], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
