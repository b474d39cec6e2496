//! What a proxy is configured with, and what its state machines count together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use nws_protocol::limits;

/// Limits and intervals of [`Channels`](super::Channels). The defaults are those of
/// [`nws_protocol::limits`], which gives the reasons.
#[derive(Clone, Debug)]
pub struct Config {
    /// Peers in one channel.
    pub channel_peers_max: usize,
    /// Interval of pings.
    pub ping_interval: Duration,
    /// Silence after which a client is taken for gone.
    pub silence_max: Duration,
    /// Bytes that one sender may have waiting for one draining recipient.
    pub sender_window: usize,
    /// Bytes that may wait for a recipient that does not drain.
    pub recipient_queue_max: usize,
    /// Time without progress after which a recipient is cut.
    pub stall_time: Duration,
    /// Time that a closing connection has.
    pub close_time: Duration,
    /// What is counted together with other instances.
    pub shared: Arc<Shared>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            channel_peers_max: limits::CHANNEL_PEERS_MAX,
            ping_interval: limits::PING_INTERVAL,
            silence_max: limits::SILENCE_MAX,
            sender_window: limits::SENDER_WINDOW,
            recipient_queue_max: limits::RECIPIENT_QUEUE_MAX,
            stall_time: limits::STALL_TIME,
            close_time: limits::CLOSE_TIME,
            shared: Arc::new(Shared::new(limits::CHANNELS_MAX, limits::ALL_QUEUES_MAX)),
        }
    }
}

/// Counts that hold for all state machines of one proxy.
#[derive(Debug)]
pub struct Shared {
    channels_max: usize,
    channels: AtomicUsize,
    queued_max: usize,
    queued: AtomicUsize,
}

impl Shared {
    /// Nothing is counted yet; at most `channels_max` channels and `queued_max` bytes in all queues.
    #[must_use]
    pub const fn new(channels_max: usize, queued_max: usize) -> Self {
        Self { channels_max, channels: AtomicUsize::new(0), queued_max, queued: AtomicUsize::new(0) }
    }

    pub(super) fn claim_channel(&self) -> bool {
        let more = |count| (count < self.channels_max).then_some(count + 1);
        self.channels.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    pub(super) fn release_channel(&self) {
        self.channels.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn add_queued(&self, bytes: usize) {
        self.queued.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn sub_queued(&self, bytes: usize) {
        self.queued.fetch_sub(bytes, Ordering::Relaxed);
    }

    pub(super) fn is_over(&self) -> bool {
        self.queued.load(Ordering::Relaxed) > self.queued_max
    }

    /// More than half is in use: time to slow down senders before anybody has to be cut.
    pub(super) fn is_tight(&self) -> bool {
        self.queued.load(Ordering::Relaxed) > self.queued_max / 2
    }
}
