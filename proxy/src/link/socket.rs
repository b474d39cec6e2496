//! The WebSocket of a link, inside TLS: its handshake, and its two halves.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use futures_util::{Sink, Stream};
use nws_protocol::limits::LINK_PIECE_MAX;
use nws_protocol::websocket::{FrameReader, Opcode, Sender, WholeFrame, write_header, write_masked_header};
use tokio::io::{AsyncBufRead, AsyncWrite};

use super::end::End;
use super::mask::Masks;

/// The longest frame: a piece of a stream, and its head.
const FRAME_MAX: usize = LINK_PIECE_MAX + 16;

/// Bytes that are gathered before they are encrypted and written.
const GATHERED: usize = 64 * 1024;

/// Slices that are encrypted at once.
const SLICES: usize = 64;

/// The WebSocket of a link, whose handshake has been made. Both halves are on one thread.
pub(super) struct LinkSocket<S> {
    stream: S,
    /// The side that has the stream.
    side: Sender,
}

/// The reading half: the frames of the other side. It ends when the other side does.
pub(super) struct Frames<S> {
    stream: Rc<RefCell<S>>,
    reader: FrameReader,
}

/// The writing half.
pub(super) struct FrameWriter<S> {
    stream: Rc<RefCell<S>>,
    /// The masks of the side that has dialled.
    masks: Option<Masks>,
    /// Headers and payloads that are not encrypted yet, one after the other.
    parts: VecDeque<Vec<u8>>,
    /// Bytes of the first part that are encrypted already.
    taken: usize,
    /// Bytes that are not.
    waiting: usize,
}

impl<S> LinkSocket<S> {
    /// The WebSocket on `stream`, where `side` is that of this proxy.
    pub(super) const fn new(stream: S, side: Sender) -> Self {
        Self { stream, side }
    }

    /// What is below the WebSocket.
    pub(super) const fn get_ref(&self) -> &S {
        &self.stream
    }

    /// Its two halves.
    pub(super) fn split(self) -> (FrameWriter<S>, Frames<S>) {
        let (masks, other) = match self.side {
            Sender::Client => (Some(Masks::new()), Sender::Server),
            Sender::Server => (None, Sender::Client),
        };
        let stream = Rc::new(RefCell::new(self.stream));
        let parts = VecDeque::new();
        let writer = FrameWriter { stream: Rc::clone(&stream), masks, parts, taken: 0, waiting: 0 };
        (writer, Frames { stream, reader: FrameReader::new(other, FRAME_MAX) })
    }
}

impl<S: AsyncBufRead + Unpin> Stream for Frames<S> {
    type Item = Result<WholeFrame, End>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { stream, reader } = self.get_mut();
        let mut stream = stream.borrow_mut();
        let mut stream = Pin::new(&mut *stream);
        loop {
            let read = ready!(stream.as_mut().poll_fill_buf(cx))?;
            if read.is_empty() {
                return Poll::Ready(None);
            }
            let mut rest = read;
            let frame = reader.next(&mut rest);
            let taken = read.len() - rest.len();
            stream.as_mut().consume(taken);
            if let Some(frame) = frame? {
                return Poll::Ready(Some(Ok(frame)));
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> FrameWriter<S> {
    /// Encrypts and writes until at most `left` bytes wait.
    fn poll_write(&mut self, left: usize, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut stream = self.stream.borrow_mut();
        while self.waiting > left {
            let mut slices = [io::IoSlice::new(&[]); SLICES];
            let mut skip = self.taken;
            for (slice, part) in slices.iter_mut().zip(&self.parts) {
                *slice = io::IoSlice::new(&part[std::mem::take(&mut skip)..]);
            }
            let count = self.parts.len().min(SLICES);
            let written = ready!(Pin::new(&mut *stream).poll_write_vectored(cx, &slices[..count]))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.waiting -= written;
            self.taken += written;
            while let Some(first) = self.parts.front()
                && first.len() <= self.taken
            {
                self.taken -= first.len();
                self.parts.pop_front();
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> Sink<WholeFrame> for FrameWriter<S> {
    type Error = End;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), End>> {
        self.get_mut().poll_write(GATHERED, cx).map_err(End::from)
    }

    fn start_send(self: Pin<&mut Self>, frame: WholeFrame) -> Result<(), End> {
        let this = self.get_mut();
        let WholeFrame { opcode, mut payload } = frame;
        let mut header = Vec::with_capacity(16);
        match &mut this.masks {
            Some(masks) => write_masked_header(&mut header, opcode, &mut payload, masks.draw()?),
            None => write_header(&mut header, opcode, payload.len()),
        }
        this.waiting += header.len() + payload.len();
        this.parts.push_back(header);
        if !payload.is_empty() {
            this.parts.push_back(payload);
        }
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), End>> {
        let this = self.get_mut();
        ready!(this.poll_write(0, cx))?;
        Pin::new(&mut *this.stream.borrow_mut()).poll_flush(cx).map_err(End::from)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), End>> {
        self.poll_flush(cx)
    }
}

/// A frame with these bytes, which is a message.
pub(super) const fn message(payload: Vec<u8>) -> WholeFrame {
    WholeFrame { opcode: Opcode::Binary, payload }
}
