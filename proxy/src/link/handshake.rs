//! Opens the WebSocket of a link, inside TLS.

use nws_protocol::link::{PATH, SUBPROTOCOL};
use nws_protocol::websocket::Sender;
use tokio_rustls::TlsStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode};

use super::end::End;
use super::head::Head;
use super::socket::LinkSocket;
use super::wire::Wired;

/// The stream below the WebSocket.
pub(super) type Secured = TlsStream<Wired>;

/// Opens the WebSocket, as the side that has dialled.
pub(super) async fn open(stream: Secured) -> Result<LinkSocket<Secured>, End> {
    // The name of no machine: the other side has proved its identity already.
    let mut request = ["ws://nws.invalid", PATH].concat().into_client_request()?;
    request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    let (socket, _) = tokio_tungstenite::client_async(request, Head::of(stream)).await?;
    Ok(LinkSocket::new(socket.into_inner().into_inner(), Sender::Client))
}

/// Answers the side that has dialled.
pub(super) async fn answer(stream: Secured) -> Result<LinkSocket<Secured>, End> {
    let socket = tokio_tungstenite::accept_hdr_async(Head::of(stream), agree).await?;
    Ok(LinkSocket::new(socket.into_inner().into_inner(), Sender::Server))
}

#[expect(clippy::result_large_err, reason = "the signature is that of tungstenite's callback")]
fn agree(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    let offered = request.headers().get_all(SEC_WEBSOCKET_PROTOCOL).iter();
    let mut offered = offered.filter_map(|offer| offer.to_str().ok()).flat_map(|offer| offer.split(','));
    let status = if request.uri().path() != PATH {
        StatusCode::NOT_FOUND
    } else if !offered.any(|offer| offer.trim() == SUBPROTOCOL) {
        StatusCode::BAD_REQUEST
    } else {
        response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
        return Ok(response);
    };
    let mut refusal = ErrorResponse::new(None);
    *refusal.status_mut() = status;
    Err(refusal)
}
