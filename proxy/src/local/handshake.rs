//! Makes the WebSocket handshake as a server: RFC 6455, section 4.2.

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION,
    UPGRADE,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Version};
use hyper::body::Body as _;
use sha1::{Digest, Sha1};

use super::headers::{has_token, is_repeated, tokens};

/// RFC 6455, section 1.3.
const ACCEPT_GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// A fault in a handshake: a status and a line of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flaw(StatusCode, &'static str);

impl IntoResponse for Flaw {
    fn into_response(self) -> Response {
        (self.0, [(SEC_WEBSOCKET_VERSION, "13")], self.1).into_response()
    }
}

/// Gives whether a request is for a channel and not for a page.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    has_token(headers, &UPGRADE, "websocket")
}

/// Checks the request of a handshake. Gives the value of `Sec-WebSocket-Accept`.
pub(super) fn check(request: &Request) -> Result<HeaderValue, Flaw> {
    let headers = request.headers();
    if request.method() != Method::GET {
        return Err(Flaw(StatusCode::METHOD_NOT_ALLOWED, "an upgrade is a GET\n"));
    }
    if request.version() < Version::HTTP_11 {
        return Err(Flaw(StatusCode::BAD_REQUEST, "an upgrade needs HTTP/1.1\n"));
    }
    if !request.body().is_end_stream() {
        return Err(Flaw(StatusCode::BAD_REQUEST, "an upgrade has no body\n"));
    }
    if !has_token(headers, &CONNECTION, "upgrade") {
        return Err(Flaw(StatusCode::BAD_REQUEST, "Connection: Upgrade is missing\n"));
    }
    // RFC 6455, sections 11.3.1 and 11.3.5: neither may appear twice.
    if [SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION].iter().any(|name| is_repeated(headers, name)) {
        return Err(Flaw(StatusCode::BAD_REQUEST, "Sec-WebSocket-Key and -Version come once\n"));
    }
    if headers.get(SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        return Err(Flaw(StatusCode::UPGRADE_REQUIRED, "this server speaks version 13\n"));
    }
    match headers.get(SEC_WEBSOCKET_KEY) {
        Some(key) if BASE64_STANDARD.decode(key).is_ok_and(|nonce| nonce.len() == 16) => {
            Ok(accept(key.as_bytes()))
        }
        _ => Err(Flaw(StatusCode::BAD_REQUEST, "Sec-WebSocket-Key must be 16 bytes in base64\n")),
    }
}

/// The response with status 101. It accepts the first subprotocol that the client offers.
pub(super) fn switching(accept: &HeaderValue, headers: &HeaderMap) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let answer = response.headers_mut();
    answer.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    answer.insert(UPGRADE, HeaderValue::from_static("websocket"));
    answer.insert(SEC_WEBSOCKET_ACCEPT, accept.clone());
    if let Some(first) = tokens(headers, &SEC_WEBSOCKET_PROTOCOL).next()
        && let Ok(first) = HeaderValue::from_str(first)
    {
        answer.insert(SEC_WEBSOCKET_PROTOCOL, first);
    }
    response
}

fn accept(key: &[u8]) -> HeaderValue {
    let digest = Sha1::new().chain_update(key).chain_update(ACCEPT_GUID).finalize();
    let text = BASE64_STANDARD.encode(digest);
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc() {
        assert_eq!(accept(b"dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
}
