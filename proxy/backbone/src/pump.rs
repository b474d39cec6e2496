//! Carries what a stream sends to the broker.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_nats::{Client, Subject};
use bytes::{BufMut, Bytes};
use tokio::io::{AsyncReadExt, ReadHalf, SimplexStream};

use crate::credit::window;
use crate::frame::{DATA_MAX, Frame, HEAD};
use crate::secret::MAC_LEN;
use crate::stream::Shared;

/// The task that sends what belongs to one stream.
pub(crate) struct Pump {
    pub(crate) client: Client,
    /// Where it sends.
    pub(crate) subject: Subject,
    pub(crate) stream: Arc<Shared>,
    pub(crate) outbox: ReadHalf<SimplexStream>,
    /// The proof that goes before the first bytes, if this side has dialled.
    pub(crate) proof: Option<[u8; MAC_LEN]>,
    /// The streams that there are at this site.
    pub(crate) count: Arc<AtomicUsize>,
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
        let room = self.stream.room().min(self.data_max());
        let mut message = Frame::begin_data(MAC_LEN);
        if let Some(proof) = &self.proof {
            message.extend_from_slice(proof);
        }
        let head = message.len();
        let mut limited = (&mut message).limit(room);
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
        self.stream.sent(message.len() - head);
        self.publish(message.freeze()).await;
        true
    }

    /// Most bytes of data that the broker takes in one message.
    fn data_max(&self) -> usize {
        let broker_max = self.client.server_info().max_payload;
        DATA_MAX.min(broker_max.saturating_sub(HEAD)).saturating_sub(MAC_LEN)
    }

    async fn publish(&self, message: Bytes) {
        // It fails when the client is closed, and then the stream is ended by who has closed it.
        if let Err(error) = self.client.publish(self.subject.clone(), message).await {
            tracing::debug!(%error, "a frame of the backbone is not sent");
        }
    }
}
