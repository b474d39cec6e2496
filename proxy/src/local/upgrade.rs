//! From HTTP to a channel: the handshake of RFC 6455, section 4.2, and the way to the shard.

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION,
    UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version};
use hyper::body::Body as _;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use nws_protocol::{CloseCode, InvalidPeerId};
use sha1::{Digest, Sha1};

use super::endpoint::{Endpoint, NoEndpoint};
use super::gate::{Gate, is_repeated};
use super::head::Counted;
use super::origin::Client;
use super::server::HeldPlace;
use crate::places::Place;
use crate::refusals::Refused;
use crate::shard::{Arrival, NotReserved, Reservation, ShardHandle, Welcome};
use crate::stream::Stream;

/// RFC 6455, section 1.3.
const ACCEPT_GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Whether a request is for a channel and not for a page.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    has_token(headers, &UPGRADE, "websocket")
}

/// Answers an upgrade of a client that may connect.
pub(super) async fn answer(gate: &Gate, client: &Client, mut request: Request) -> Response {
    let accept = match handshake(&request) {
        Ok(accept) => accept,
        Err(Flaw(status, line)) => {
            gate.refusals.count(Refused::Handshake);
            return (status, [(SEC_WEBSOCKET_VERSION, "13")], line).into_response();
        }
    };
    let endpoint = match Endpoint::parse(request.uri().path()) {
        Ok(endpoint) => endpoint,
        Err(reason) => return no_endpoint(gate, reason),
    };
    let held = request.extensions().get::<HeldPlace>().cloned();
    let Some((held, place)) = held.and_then(|held| held.take().map(|place| (held, place))) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let response = switching(&accept, request.headers());
    let upgrade = hyper::upgrade::on(&mut request);
    let (shard, digest) = gate.shards.of(&endpoint.channel);
    tracing::debug!(channel = %digest, "a client joins");
    let route = match refusal(gate, client, &endpoint, &place) {
        Some(refuse) => Route::Arrive(shard.clone(), refuse),
        None => match Route::of(shard, endpoint).await {
            Ok(route) => route,
            Err(reason) => {
                held.give_back(place);
                return not_reserved(gate, reason);
            }
        },
    };
    tokio::spawn(async move {
        if let Err(error) = move_on(upgrade, place, route).await {
            tracing::debug!(%error, "an upgrade has failed");
        }
    });
    response
}

/// What is wrong with a handshake: a status and a line.
struct Flaw(StatusCode, &'static str);

/// How a connection gets to its shard.
enum Route {
    Arrive(ShardHandle, Welcome),
    Reserved(Reservation, Welcome),
}

impl Route {
    async fn of(shard: &ShardHandle, endpoint: Endpoint) -> Result<Self, NotReserved> {
        let framing = endpoint.framing();
        let Endpoint { channel, peer } = endpoint;
        let welcome = Welcome::Join { channel: channel.clone(), framing };
        Ok(match peer {
            None => Self::Arrive(shard.clone(), welcome),
            Some(peer) => Self::Reserved(shard.reserve(channel, peer).await?, welcome),
        })
    }
}

fn no_endpoint(gate: &Gate, reason: NoEndpoint) -> Response {
    match reason {
        NoEndpoint::Unknown => {
            gate.refusals.count(Refused::Handshake);
            (StatusCode::NOT_FOUND, "no such channel endpoint\n").into_response()
        }
        NoEndpoint::Generated => {
            gate.refusals.count(Refused::Id);
            (StatusCode::CONFLICT, format!("{}\n", InvalidPeerId::Generated)).into_response()
        }
    }
}

fn not_reserved(gate: &Gate, reason: NotReserved) -> Response {
    match reason {
        NotReserved::Taken => {
            gate.refusals.count(Refused::Id);
            (StatusCode::CONFLICT, "this peer id is taken\n").into_response()
        }
        NotReserved::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "the proxy stops\n").into_response(),
    }
}

/// Why a client is refused once it is connected: a browser shows a page no status of HTTP.
fn refusal(gate: &Gate, client: &Client, endpoint: &Endpoint, place: &Place) -> Option<Welcome> {
    if !gate.names.admit(client, &endpoint.channel) {
        gate.refusals.count(Refused::Names);
        let reason = "this web site tries too many channel names";
        return Some(Welcome::Refuse { code: CloseCode::TooManyNames, reason });
    }
    place.beyond.then(|| {
        gate.refusals.count(Refused::Full);
        Welcome::Refuse { code: CloseCode::LimitReached, reason: "too many connections" }
    })
}

async fn move_on(upgrade: OnUpgrade, place: Place, route: Route) -> Result<(), Box<dyn std::error::Error>> {
    let upgraded = upgrade.await?;
    let parts =
        upgraded.downcast::<TokioIo<Counted<Stream>>>().map_err(|_| "the connection is of another kind")?;
    let (socket, early) = (parts.io.into_inner().into_inner(), parts.read_buf.into());
    match route {
        Route::Arrive(shard, welcome) => shard.arrive(Arrival::new(socket, early, place, welcome)).await?,
        Route::Reserved(reservation, welcome) => {
            reservation.arrive(Arrival::new(socket, early, place, welcome))?;
        }
    }
    Ok(())
}

/// The value of `Sec-WebSocket-Accept`, or what is wrong with the request.
fn handshake(request: &Request) -> Result<HeaderValue, Flaw> {
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
        return Err(Flaw(StatusCode::UPGRADE_REQUIRED, "version 13 is spoken here\n"));
    }
    match headers.get(SEC_WEBSOCKET_KEY) {
        Some(key) if BASE64_STANDARD.decode(key).is_ok_and(|nonce| nonce.len() == 16) => {
            Ok(accept(key.as_bytes()))
        }
        _ => Err(Flaw(StatusCode::BAD_REQUEST, "Sec-WebSocket-Key must be 16 bytes in base64\n")),
    }
}

fn accept(key: &[u8]) -> HeaderValue {
    let digest = Sha1::new().chain_update(key).chain_update(ACCEPT_GUID).finalize();
    let text = BASE64_STANDARD.encode(digest);
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The 101, with the first subprotocol that the client offers.
fn switching(accept: &HeaderValue, headers: &HeaderMap) -> Response {
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

fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    tokens(headers, name).any(|found| found.eq_ignore_ascii_case(token))
}

/// The elements of a header that is a comma-separated list.
fn tokens<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc() {
        assert_eq!(accept(b"dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
}
