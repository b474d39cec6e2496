//! The WebSocket of a link, inside TLS: its two halves.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use futures_util::{Sink, Stream};
use nws_protocol::Pieces;
use nws_protocol::limits::{LINK_FRAME_EARLY_MAX, LINK_PIECE_MAX};
use nws_protocol::websocket::{
    FrameReader, Opcode, Sender, Violation, WholeFrame, apply_mask, write_header, write_masked_header,
};
use tokio::io::{AsyncBufRead, AsyncWrite};

use super::end::End;
use super::intake::Intake;
use super::mask::Masks;

/// The longest frame: a piece of a stream, and its head.
const FRAME_MAX: usize = LINK_PIECE_MAX + 16;

/// Bytes that are gathered before they are encrypted and written.
const GATHERED: usize = 64 * 1024;

/// The longest header of a frame.
const HEADER_MAX: usize = 14;

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
    intake: Intake,
}

/// A frame to be written. Its payload is `head` and then `body`, which is not copied.
pub(super) struct Outgoing {
    pub(super) opcode: Opcode,
    pub(super) head: Vec<u8>,
    pub(super) body: Pieces,
}

/// The writing half.
pub(super) struct FrameWriter<S> {
    stream: Rc<RefCell<S>>,
    /// The masks of the side that has dialled.
    masks: Option<Masks>,
    /// What is not encrypted yet, one after the other.
    parts: VecDeque<Part>,
    /// Bytes in these parts.
    waiting: usize,
}

/// Bytes of frames, without those at the front that are skipped.
struct Part {
    bytes: Vec<u8>,
    skipped: usize,
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

    /// Its two halves. Until a channel is matched, as `intake` says, the frames of the other side
    /// have to be short: nothing is allocated for a long one.
    pub(super) fn split(self, intake: Intake) -> (FrameWriter<S>, Frames<S>) {
        let (masks, other) = match self.side {
            Sender::Client => (Some(Masks::new()), Sender::Server),
            Sender::Server => (None, Sender::Client),
        };
        let stream = Rc::new(RefCell::new(self.stream));
        let writer = FrameWriter { stream: Rc::clone(&stream), masks, parts: VecDeque::new(), waiting: 0 };
        (writer, Frames { stream, reader: FrameReader::new(other, LINK_FRAME_EARLY_MAX), intake })
    }
}

impl<S: AsyncBufRead + Unpin> Stream for Frames<S> {
    type Item = Result<WholeFrame, End>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { stream, reader, intake } = self.get_mut();
        if intake.is_matched() {
            reader.set_max(FRAME_MAX);
        }
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
            let frame = frame.map_err(|fault| match fault {
                Violation::TOO_BIG => End::Message,
                _ => fault.into(),
            });
            if let Some(frame) = frame? {
                return Poll::Ready(Some(Ok(frame)));
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> FrameWriter<S> {
    /// Encrypts and writes until at most `left` bytes wait.
    fn poll_write(&mut self, left: usize, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.waiting > left {
            let mut slices = [io::IoSlice::new(&[]); SLICES];
            for (slice, part) in slices.iter_mut().zip(&self.parts) {
                *slice = io::IoSlice::new(part.as_bytes());
            }
            let count = self.parts.len().min(SLICES);
            let mut stream = self.stream.borrow_mut();
            let written = ready!(Pin::new(&mut *stream).poll_write_vectored(cx, &slices[..count]))?;
            drop(stream);
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.drop_front(written);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S> FrameWriter<S> {
    fn push(&mut self, bytes: Vec<u8>, skipped: usize) {
        self.waiting += bytes.len() - skipped;
        self.parts.push_back(Part { bytes, skipped });
    }

    /// Drops so many bytes at the front, which are encrypted.
    fn drop_front(&mut self, mut bytes: usize) {
        self.waiting -= bytes;
        while let Some(first) = self.parts.front_mut() {
            let rest = first.as_bytes().len();
            if rest > bytes {
                first.skipped += bytes;
                return;
            }
            bytes -= rest;
            self.parts.pop_front();
        }
    }
}

impl Part {
    fn as_bytes(&self) -> &[u8] {
        &self.bytes[self.skipped..]
    }
}

impl<S: AsyncWrite + Unpin> Sink<Outgoing> for FrameWriter<S> {
    type Error = End;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), End>> {
        self.get_mut().poll_write(GATHERED, cx).map_err(End::from)
    }

    fn start_send(self: Pin<&mut Self>, frame: Outgoing) -> Result<(), End> {
        let this = self.get_mut();
        let Outgoing { opcode, head, body } = frame;
        let mask = this.masks.as_mut().map(Masks::draw).transpose()?;
        let mut beginning = Vec::with_capacity(HEADER_MAX + head.len());
        let len = head.len() + body.len();
        match mask {
            Some(mask) => write_masked_header(&mut beginning, opcode, len, mask),
            None => write_header(&mut beginning, opcode, len),
        }
        let header = beginning.len();
        beginning.extend(head);
        let mut at = beginning.len() - header;
        if let Some(mask) = mask {
            apply_mask(&mut beginning[header..], mask, 0);
        }
        this.push(beginning, 0);
        for (mut bytes, skipped) in body.into_pieces() {
            if let Some(mask) = mask {
                apply_mask(&mut bytes[skipped..], mask, at);
            }
            at += bytes.len() - skipped;
            this.push(bytes, skipped);
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

impl Outgoing {
    /// A short frame, which is written whole.
    pub(super) fn short(opcode: Opcode, payload: Vec<u8>) -> Self {
        Self { opcode, head: payload, body: Pieces::default() }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{SinkExt, StreamExt};
    use tokio::io::BufReader;

    use super::*;

    #[tokio::test]
    async fn what_is_written_in_parts_is_read_as_one_frame() {
        for [near_side, far_side] in [[Sender::Client, Sender::Server], [Sender::Server, Sender::Client]] {
            let (near, far) = tokio::io::duplex(1000);
            let intake = Intake::default();
            intake.lift_allowance();
            let (mut writer, _) = LinkSocket::new(BufReader::new(near), near_side).split(intake.clone());
            let (_, mut frames) = LinkSocket::new(BufReader::new(far), far_side).split(intake);
            let mut body = Pieces::default();
            body.push_whole(vec![1; 5001], 1);
            body.push_whole(vec![2; 7000], 3);
            let expected = [&[7, 8, 9], &[1; 5000][..], &[2; 6997]].concat();
            let frame = Outgoing { opcode: Opcode::Binary, head: vec![7, 8, 9], body };
            let ping = Outgoing::short(Opcode::Ping, vec![5]);
            let written = async {
                writer.feed(frame).await?;
                writer.send(ping).await
            };
            let (written, read) = tokio::join!(written, frames.by_ref().take(2).collect::<Vec<_>>());
            written.unwrap();
            let read: Vec<_> = read.into_iter().map(Result::unwrap).collect();
            let wanted = [(Opcode::Binary, expected), (Opcode::Ping, vec![5])];
            assert_eq!(read, wanted.map(|(opcode, payload)| WholeFrame { opcode, payload }));
        }
    }

    /// Its header is enough to refuse it, so nothing is kept for it.
    #[tokio::test]
    async fn a_long_frame_is_refused_until_a_channel_is_matched() {
        for (is_matched, len, is_refused) in [
            (false, LINK_FRAME_EARLY_MAX, false),
            (false, LINK_FRAME_EARLY_MAX + 1, true),
            (true, FRAME_MAX, false),
            (true, FRAME_MAX + 1, true),
        ] {
            let intake = Intake::default();
            if is_matched {
                intake.lift_allowance();
            }
            let mut header = Vec::new();
            write_header(&mut header, Opcode::Binary, len);
            let (_, mut frames) = LinkSocket::new(&header[..], Sender::Client).split(intake);
            let end = frames.next().await;
            assert_eq!(matches!(end, Some(Err(End::Message))), is_refused, "{len}: {end:?}");
            assert_eq!(end.is_none(), !is_refused, "{len}: {end:?}");
        }
    }
}
