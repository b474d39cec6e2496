//! One WebSocket.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::{Sink, Stream};
use nws_protocol::limits::{MESSAGE_LIMIT_MAX, frame_max};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::frame::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message, protocol::WebSocketConfig};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::Task;
use crate::driver::Carried;
use crate::endpoint::Endpoint;
use crate::outbox::Frame;
use crate::state::End;

/// Bytes that are read at once. tungstenite clears so many before each read, so more cost more for short
/// messages than they save for long ones.
const READ_BUFFER: usize = 32 * 1024;

/// A WebSocket. It takes frames as fast as the system does, and gives what has come.
pub(crate) struct Socket {
    stream: WebSocketStream<TcpStream>,
}

/// Connects to a channel. Why that failed is found out by asking the proxy for its status.
pub(crate) fn connect(endpoint: &Endpoint, url: &str) -> Task<Result<Socket, ()>> {
    let address = endpoint.host_and_port().map(|(host, port)| (host.to_owned(), port));
    let url = url.to_owned();
    Box::pin(async move {
        let stream = TcpStream::connect(address.ok_or(())?).await.map_err(drop)?;
        stream.set_nodelay(true).map_err(drop)?;
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .max_message_size(Some(frame_max(MESSAGE_LIMIT_MAX)))
            .max_frame_size(Some(frame_max(MESSAGE_LIMIT_MAX)));
        let (stream, _) = client_async_with_config(url, stream, Some(config)).await.map_err(drop)?;
        Ok(Socket { stream })
    })
}

impl Socket {
    /// Waits until another frame can be taken. An error comes when reading, too.
    pub(crate) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        Pin::new(&mut self.stream).poll_ready(cx).map(|result| result.is_ok())
    }

    pub(crate) fn send(&mut self, frame: Frame) {
        let message = match frame {
            Frame::Text(text) => Message::Text(text.into()),
            Frame::Binary(bytes) => Message::Binary(bytes),
            // A frame cannot have the code that says that there is none.
            Frame::Close(1005, _) => Message::Close(None),
            Frame::Close(code, reason) => {
                Message::Close(Some(CloseFrame { code: code.into(), reason: reason.into() }))
            }
        };
        // What has failed is told when reading.
        let _ = Pin::new(&mut self.stream).start_send(message);
    }

    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.stream).poll_flush(cx).map(drop)
    }

    /// What has come next. After an end nothing comes.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Carried> {
        loop {
            let message = ready!(Pin::new(&mut self.stream).poll_next(cx));
            return Poll::Ready(match message {
                Some(Ok(Message::Text(text))) => Carried::Text(text),
                Some(Ok(Message::Binary(bytes))) => Carried::Binary(bytes),
                Some(Ok(Message::Close(frame))) => {
                    // The answer goes with it.
                    let _ = Pin::new(&mut self.stream).poll_flush(cx);
                    Carried::End(end_of(frame))
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                Some(Err(Error::ConnectionClosed | Error::AlreadyClosed)) | None => {
                    Carried::End(End::default())
                }
                Some(Err(_)) => Carried::Broken,
            });
        }
    }
}

fn end_of(frame: Option<CloseFrame>) -> End {
    match frame {
        Some(frame) => End { code: frame.code.into(), reason: frame.reason.to_string() },
        None => End { code: nws_client_core::NO_STATUS, reason: String::new() },
    }
}
