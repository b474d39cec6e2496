//! What carries the bytes of a link: the network, or the backbone.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use nws_backbone::{VirtualReader, VirtualStream};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// The reading half of what carries a link.
#[derive(Debug)]
pub(super) enum Reader {
    Network(OwnedReadHalf),
    Backbone(VirtualReader),
}

/// The writing half of what carries a link.
#[derive(Debug)]
pub(super) enum Writer {
    Network(OwnedWriteHalf),
    Backbone(DuplexStream),
}

/// Something that carries a link.
pub(super) trait Carrier {
    /// Both halves of it.
    fn halves(self) -> (Reader, Writer);
}

impl Carrier for TcpStream {
    fn halves(self) -> (Reader, Writer) {
        let (reader, writer) = self.into_split();
        (Reader::Network(reader), Writer::Network(writer))
    }
}

impl Carrier for VirtualStream {
    fn halves(self) -> (Reader, Writer) {
        let (reader, writer) = self.into_inner();
        (Reader::Backbone(reader), Writer::Backbone(writer))
    }
}

impl AsyncRead for Reader {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Network(reader) => Pin::new(reader).poll_read(cx, out),
            Self::Backbone(reader) => Pin::new(reader).poll_read(cx, out),
        }
    }
}

impl AsyncWrite for Writer {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Network(writer) => Pin::new(writer).poll_write(cx, bytes),
            Self::Backbone(writer) => Pin::new(writer).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Network(writer) => Pin::new(writer).poll_write_vectored(cx, slices),
            Self::Backbone(writer) => Pin::new(writer).poll_write_vectored(cx, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Network(writer) => writer.is_write_vectored(),
            Self::Backbone(writer) => writer.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Network(writer) => Pin::new(writer).poll_flush(cx),
            Self::Backbone(writer) => Pin::new(writer).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Network(writer) => Pin::new(writer).poll_shutdown(cx),
            Self::Backbone(writer) => Pin::new(writer).poll_shutdown(cx),
        }
    }
}
