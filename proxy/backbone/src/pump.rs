//! Carries what a stream sends to the broker.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_nats::{Client, Subject};
use bytes::{BufMut, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, DuplexStream};

use crate::credit::window;
use crate::frame::{DATA, DATA_MAX, Frame, HEAD};
use crate::secret::MAC_LEN;
use crate::stream::{Ending, Shared};

/// Bytes of a message that is sent in the buffer into which it was read. A smaller one is copied, and
/// the buffer is used again.
const LARGE: usize = 8 * 1024;

/// The task that sends what belongs to one stream.
pub(crate) struct Pump {
    pub(crate) client: Client,
    /// Where it sends.
    pub(crate) subject: Subject,
    pub(crate) stream: Arc<Shared>,
    pub(crate) outbox: DuplexStream,
    /// The proof that goes before the first bytes, if this side has dialled.
    pub(crate) proof: Option<[u8; MAC_LEN]>,
    /// The streams that there are at this site.
    pub(crate) count: Arc<AtomicUsize>,
    pub(crate) buffer: BytesMut,
}

impl Pump {
    /// Sends until the stream is over, and tells the other side when its user has ended it.
    pub(crate) async fn run(mut self) {
        while !self.stream.is_over() {
            if let Some(limit) = self.stream.grant(window(self.count.load(Ordering::Relaxed))) {
                self.publish(Frame::credit(limit)).await;
            }
            if !self.send_some().await {
                return self.publish(Frame::end()).await;
            }
        }
    }

    /// Sends what there is, or waits until something has changed. Gives whether there can be more.
    async fn send_some(&mut self) -> bool {
        let data_max = self.data_max();
        if data_max == 0 {
            self.stream.end(Ending::Broken);
            return true;
        }
        let room = self.stream.room().min(data_max);
        // What is left to be said can never be sent.
        if room == 0 && self.stream.is_left() {
            return false;
        }
        let head = self.begin_message(room);
        let mut limited = (&mut self.buffer).limit(room);
        tokio::select! {
            biased;
            () = self.stream.changed() => return true,
            read = self.outbox.read_buf(&mut limited), if room > 0 => {
                if !matches!(read, Ok(1..)) {
                    return false;
                }
            }
        }
        self.proof = None;
        self.stream.sent(self.buffer.len() - head);
        let message = self.take_message();
        self.publish(message).await;
        true
    }

    /// Begins a message with data. Gives the bytes that go before the data.
    fn begin_message(&mut self, room: usize) -> usize {
        self.buffer.clear();
        self.buffer.reserve(HEAD + MAC_LEN + room);
        self.buffer.put_u8(DATA);
        self.buffer.extend_from_slice(self.proof.as_ref().map_or(&[], |proof| &proof[..]));
        self.buffer.len()
    }

    fn take_message(&mut self) -> Bytes {
        if self.buffer.len() < LARGE {
            Bytes::copy_from_slice(&self.buffer)
        } else {
            self.buffer.split().freeze()
        }
    }

    /// Most bytes of data that the broker takes in one message.
    fn data_max(&self) -> usize {
        DATA_MAX.min(self.client.max_payload().saturating_sub(HEAD)).saturating_sub(MAC_LEN)
    }

    /// What is not sent is missing in the stream, so nothing can follow it.
    async fn publish(&self, message: Bytes) {
        if let Err(error) = self.client.publish(self.subject.clone(), message).await {
            tracing::debug!(%error, "a frame of the backbone is not sent");
            self.stream.end(Ending::Broken);
        }
    }
}
