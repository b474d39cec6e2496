//! Streams as bytes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use futures_util::Sink;
use nws_protocol::limits::STREAM_PART_MAX;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::PeerStream;
use crate::{Data, Error};

impl AsyncRead for PeerStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // An empty message is no end.
        while this.unread.is_empty() {
            match ready!(this.poll_message(cx)) {
                None => return Poll::Ready(Ok(())),
                Some(Ok(Data::Binary(bytes))) => this.unread = bytes,
                Some(Ok(Data::Text(_) | Data::Json(_))) => {
                    let error = io::Error::new(io::ErrorKind::InvalidData, "the peer has sent a text");
                    return Poll::Ready(Err(error));
                }
                Some(Err(error)) => return Poll::Ready(Err(failed(error))),
            }
        }
        let len = this.unread.len().min(buf.remaining());
        buf.put_slice(&this.unread[..len]);
        this.unread.advance(len);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for PeerStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let mut state = self.shared.lock();
        ready!(state.poll_stream_send(self.handle, &mut None, cx)).map_err(failed)?;
        if buf.is_empty() {
            return Poll::Ready(Ok(0));
        }
        let part = &buf[..buf.len().min(STREAM_PART_MAX)];
        let mut data = Some(Data::Binary(Bytes::copy_from_slice(part)));
        ready!(state.poll_stream_send(self.handle, &mut data, cx)).map_err(failed)?;
        Poll::Ready(Ok(part.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Sink::poll_flush(self, cx).map_err(failed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Sink::poll_close(self, cx).map_err(failed)
    }
}

fn failed(error: Error) -> io::Error {
    let is_gone = error == Error::PeerGone;
    let kind = if is_gone { io::ErrorKind::ConnectionReset } else { io::ErrorKind::BrokenPipe };
    io::Error::new(kind, error)
}
