//! Opens the WebSocket of a link, inside TLS.

use nws_protocol::limits::LINK_PIECE_MAX;
use nws_protocol::link::{PATH, SUBPROTOCOL};
use tokio::net::TcpStream;
use tokio_rustls::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use super::end::End;
use super::wire::Wire;

/// The longest frame: a piece of a stream, and its head.
const FRAME_MAX: usize = LINK_PIECE_MAX + 16;

/// Bytes that are read at once: two records of TLS. tungstenite clears this many bytes before every
/// read, however few come.
pub(super) const READ_BUFFER: usize = 32 * 1024;

/// Bytes that are gathered before they are encrypted and written.
const WRITE_BUFFER: usize = 64 * 1024;

/// Bytes that may wait to be written beyond that: a piece that is under way, and replies to pings.
const WRITE_BUFFER_MAX: usize = WRITE_BUFFER + 4 * FRAME_MAX;

/// The stream below the WebSocket.
type Secured = TlsStream<Wire<TcpStream>>;

pub(super) type LinkSocket = WebSocketStream<Secured>;

/// Opens the WebSocket, as the side that has dialled.
pub(super) async fn open(stream: Secured) -> Result<LinkSocket, End> {
    // The name of no machine: the other side has proved its identity already.
    let mut request = ["ws://nws.invalid", PATH].concat().into_client_request()?;
    request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    let (socket, _) = tokio_tungstenite::client_async_with_config(request, stream, Some(config())).await?;
    Ok(socket)
}

/// Answers the side that has dialled.
pub(super) async fn answer(stream: Secured) -> Result<LinkSocket, End> {
    Ok(tokio_tungstenite::accept_hdr_async_with_config(stream, agree, Some(config())).await?)
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

fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .max_message_size(Some(FRAME_MAX))
        .max_frame_size(Some(FRAME_MAX))
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(WRITE_BUFFER_MAX)
}
