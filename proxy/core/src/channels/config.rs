//! The configuration of [`Channels`](super::Channels).

use std::sync::Arc;
use std::time::Duration;

use nws_protocol::limits;

use super::Shared;

/// Limits and intervals of [`Channels`](super::Channels). The defaults are those of
/// [`nws_protocol::limits`], which gives the reasons.
#[derive(Clone, Debug)]
pub struct Config {
    /// The largest payload of a message that a client sends, in bytes.
    pub message_max: usize,
    /// Whether there may be other proxies. If so, the owner replies to every
    /// [`Output::Opened`](super::Output::Opened) with [`Input::Searched`](super::Input::Searched):
    /// sooner or later, or not at all.
    pub has_links: bool,
    /// Most peers in one channel.
    pub channel_peers_max: usize,
    /// Interval of pings.
    pub ping_interval: Duration,
    /// Silence after which a client counts as gone.
    pub silence_max: Duration,
    /// Bytes that one sender may have waiting for one draining recipient.
    pub sender_window: usize,
    /// Bytes that may wait for a recipient that does not drain, besides its largest message. At
    /// half of it senders are slowed down.
    pub recipient_queue_max: usize,
    /// Time without progress after which a recipient is cut.
    pub stall_time: Duration,
    /// Time that a closing connection has until it is reset.
    pub close_time: Duration,
    /// The number under which other proxies know the first member of a channel. A test that begins
    /// with a high number sees what happens after the last one.
    pub first_number: u32,
    /// Work that one [`handle_timeout`](super::Channels::handle_timeout) does, in records. What is
    /// left is due at once.
    pub records_per_turn: usize,
    /// Counts that are shared with other instances.
    pub shared: Arc<Shared>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            message_max: limits::MESSAGE_MAX,
            has_links: false,
            channel_peers_max: limits::CHANNEL_PEERS_MAX,
            ping_interval: limits::PING_INTERVAL,
            silence_max: limits::SILENCE_MAX,
            sender_window: limits::SENDER_WINDOW,
            recipient_queue_max: limits::RECIPIENT_QUEUE_MAX,
            stall_time: limits::STALL_TIME,
            close_time: limits::CLOSE_TIME,
            first_number: 0,
            records_per_turn: limits::LINK_RECORDS_PER_PASS,
            shared: Arc::new(Shared::new(limits::CHANNELS_MAX, limits::ALL_QUEUES_MAX)),
        }
    }
}
