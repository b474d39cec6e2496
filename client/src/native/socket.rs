//! One WebSocket.

use std::future::poll_fn;
use std::io::ErrorKind;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use nws_protocol::limits::{MESSAGE_LIMIT_MAX, frame_max};
use tokio::time::timeout;
use tungstenite::client::IntoClientRequest;
use tungstenite::handshake::HandshakeError;
use tungstenite::handshake::client::Request;
use tungstenite::protocol::frame::CloseFrame;
use tungstenite::protocol::{WebSocket, WebSocketConfig};
use tungstenite::{Error, Message};

use super::Task;
use super::pipe::{self, Pipe};
use crate::driver::Carried;
use crate::endpoint::Endpoint;
use crate::outbox::Frame;
use crate::state::End;

/// Bytes that are read at once. tungstenite clears so many before each read, so more cost more for short
/// messages than they save for long ones.
const READ_BUFFER: usize = 32 * 1024;

/// How long it may take until there is a WebSocket. A proxy that is there takes some milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// A WebSocket. It takes frames as fast as the system does, and gives what has come.
pub(crate) struct Socket {
    socket: WebSocket<Pipe>,
    /// The system takes no more for now.
    is_blocked: bool,
}

/// Connects to a channel. Why that failed is found out by asking the proxy for its status.
pub(crate) fn connect(endpoint: &Endpoint, url: &str) -> Task<Result<Socket, ()>> {
    let (endpoint, url) = (endpoint.clone(), url.to_owned());
    Box::pin(async move {
        let socket = timeout(PATIENCE, open(&endpoint, &url)).await;
        socket.ok().flatten().ok_or(())
    })
}

async fn open(endpoint: &Endpoint, url: &str) -> Option<Socket> {
    let mut request = url.into_client_request().ok()?;
    if let Some(origin) = endpoint.origin() {
        request.headers_mut().insert("origin", origin.parse().ok()?);
    }
    let connection = pipe::connect(endpoint).await.ok()?;
    let waker = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
    let socket = shake_hands(request, Pipe::new(connection, waker)).await?;
    Some(Socket { socket, is_blocked: false })
}

async fn shake_hands(request: Request, pipe: Pipe) -> Option<WebSocket<Pipe>> {
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .max_message_size(Some(frame_max(MESSAGE_LIMIT_MAX)))
        .max_frame_size(Some(frame_max(MESSAGE_LIMIT_MAX)));
    let mut attempt = tungstenite::client::client_with_config(request, pipe, Some(config));
    loop {
        match attempt {
            Ok((socket, _)) => return Some(socket),
            Err(HandshakeError::Failure(_)) => return None,
            Err(HandshakeError::Interrupted(mut handshake)) => {
                let waker = woken().await;
                handshake.get_mut().get_mut().wake(&waker);
                attempt = handshake.handshake();
            }
        }
    }
}

/// Waits until this task is woken.
async fn woken() -> Waker {
    let mut has_slept = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut has_slept, true) { Poll::Ready(cx.waker().clone()) } else { Poll::Pending }
    })
    .await
}

impl Socket {
    /// Waits until another frame can be taken. An error comes when reading, too.
    pub(crate) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        if self.is_blocked {
            ready!(self.poll_flush(cx));
        }
        Poll::Ready(true)
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
        // What has failed is told when reading. A frame that blocks is kept.
        self.is_blocked = self.socket.write(message).is_err_and(|error| is_blocking(&error));
    }

    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.socket.get_mut().wake(cx.waker());
        self.is_blocked = self.socket.flush().is_err_and(|error| is_blocking(&error));
        if self.is_blocked { Poll::Pending } else { Poll::Ready(()) }
    }

    /// What has come next. After an end nothing comes.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Carried> {
        self.socket.get_mut().wake(cx.waker());
        loop {
            return Poll::Ready(match self.socket.read() {
                Ok(Message::Text(text)) => Carried::Text(text),
                Ok(Message::Binary(bytes)) => Carried::Binary(bytes),
                Ok(Message::Close(frame)) => {
                    // The answer goes with it.
                    let _ = self.socket.flush();
                    Carried::End(end_of(frame))
                }
                Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => continue,
                Err(Error::ConnectionClosed | Error::AlreadyClosed) => Carried::End(End::default()),
                Err(error) if is_blocking(&error) => return Poll::Pending,
                Err(_) => Carried::Broken,
            });
        }
    }
}

fn is_blocking(error: &Error) -> bool {
    matches!(error, Error::Io(error) if error.kind() == ErrorKind::WouldBlock)
}

fn end_of(frame: Option<CloseFrame>) -> End {
    match frame {
        Some(frame) => End { code: frame.code.into(), reason: frame.reason.to_string() },
        None => End { code: nws_client_core::NO_STATUS, reason: String::new() },
    }
}
