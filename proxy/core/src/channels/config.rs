//! What a proxy is configured with.

use std::sync::Arc;
use std::time::Duration;

use nws_protocol::limits;

use super::Shared;

/// Limits and intervals of [`Channels`](super::Channels). The defaults are those of
/// [`nws_protocol::limits`], which gives the reasons.
#[derive(Clone, Debug)]
pub struct Config {
    /// Payload of a message that a client sends.
    pub message_max: usize,
    /// Whether there may be other proxies. If so, every [`Output::Opened`](super::Output::Opened) is answered by
    /// [`Input::Searched`](super::Input::Searched), sooner or later or not at all.
    pub has_links: bool,
    /// Peers in one channel.
    pub channel_peers_max: usize,
    /// Interval of pings.
    pub ping_interval: Duration,
    /// Silence after which a client is taken for gone.
    pub silence_max: Duration,
    /// Bytes that one sender may have waiting for one draining recipient.
    pub sender_window: usize,
    /// Bytes that may wait for a recipient that does not drain, besides its largest message. At half of it senders are slowed down.
    pub recipient_queue_max: usize,
    /// Time without progress after which a recipient is cut.
    pub stall_time: Duration,
    /// Time that a closing connection has.
    pub close_time: Duration,
    /// The number under which other proxies know the first member of a channel. A test that begins late sees what follows the last.
    pub first_number: u32,
    /// Things that one [`handle_timeout`](super::Channels::handle_timeout) does; what is left is due at once.
    pub records_per_turn: usize,
    /// What is counted together with other instances.
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
