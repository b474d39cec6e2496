//! One WebSocket.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::{Sink, Stream};
use gloo_net::websocket::futures::WebSocket;
use gloo_net::websocket::{Message, State as SocketState, WebSocketError};

use super::Task;
use crate::driver::Carried;
use crate::endpoint::Endpoint;
use crate::outbox::Frame;
use crate::state::End;

/// A WebSocket. Closing it takes it out: gloo-net does not tell the end then, so it is told here.
pub(crate) struct Socket {
    stream: Option<WebSocket>,
    end: Option<End>,
}

/// Connects to a channel. Why that failed is found out by asking the proxy for its status.
pub(crate) fn connect(_endpoint: &Endpoint, url: &str) -> Task<Result<Socket, ()>> {
    let url = url.to_owned();
    Box::pin(async move {
        let mut stream = WebSocket::open(&url).map_err(drop)?;
        std::future::poll_fn(|cx| Pin::new(&mut stream).poll_ready(cx)).await.map_err(drop)?;
        match stream.state() {
            SocketState::Open => Ok(Socket { stream: Some(stream), end: None }),
            SocketState::Connecting | SocketState::Closing | SocketState::Closed => Err(()),
        }
    })
}

impl Socket {
    /// Browsers take everything.
    pub(crate) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        match &mut self.stream {
            Some(stream) => Pin::new(stream).poll_ready(cx).map(|result| result.is_ok()),
            None => Poll::Ready(true),
        }
    }

    pub(crate) fn send(&mut self, frame: Frame) {
        let message = match frame {
            Frame::Text(text) => Message::Text(text),
            Frame::Binary(bytes) => Message::Bytes(bytes.into()),
            Frame::Close(code, reason) => return self.close(code, reason),
        };
        if let Some(stream) = &mut self.stream {
            // What has failed is told when reading.
            let _ = Pin::new(stream).start_send(message);
        }
    }

    #[expect(clippy::unused_self, reason = "sockets of programs have buffers")]
    pub(crate) const fn poll_flush(&mut self, _cx: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }

    /// What has come next. After an end nothing comes.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Carried> {
        if let Some(end) = self.end.take() {
            return Poll::Ready(Carried::End(end));
        }
        let Some(stream) = &mut self.stream else { return Poll::Pending };
        Poll::Ready(match ready!(Pin::new(stream).poll_next(cx)) {
            Some(Ok(Message::Text(text))) => Carried::Text(text),
            Some(Ok(Message::Bytes(bytes))) => Carried::Binary(bytes.into()),
            Some(Err(WebSocketError::ConnectionClose(close))) => {
                Carried::End(End { code: close.code, reason: close.reason })
            }
            None => Carried::End(End::default()),
            Some(Err(_)) => Carried::Broken,
        })
    }

    fn close(&mut self, code: u16, reason: String) {
        if let Some(stream) = self.stream.take() {
            let given = (code != nws_client_core::NO_STATUS).then_some(code);
            let _ = stream.close(given, given.map(|_| reason.as_str()));
            self.end = Some(End { code, reason });
        }
    }
}
