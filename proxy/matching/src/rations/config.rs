//! The budgets, with their defaults.

use std::time::Duration;

use super::Budget;

/// The budgets of [`Rations`](crate::Rations).
#[derive(Clone, Copy, Debug)]
pub struct RationsConfig {
    /// Evaluations of one link of which no channel has been matched.
    pub link: Budget,
    /// Evaluations of all such links with one source.
    pub source: Budget,
    /// Evaluations of all such links.
    pub strangers: Budget,
    /// Evaluations of one link of which a channel has been matched, from then on.
    pub friend: Budget,
    /// Evaluations of all such links.
    pub friends: Budget,
    /// TLS handshakes with one source.
    pub source_handshakes: Budget,
    /// TLS handshakes with all.
    pub handshakes: Budget,
    /// Sources that are remembered. A source is whole again after four minutes, and sixteen handshakes a second bring
    /// four thousand new ones in that time; twice as many have room.
    pub sources_max: usize,
}

impl Default for RationsConfig {
    /// At eight guesses a second a word out of ten thousand falls in ten minutes, and four random words never. The bursts let
    /// a proxy with 256 channels meet a stranger without a pause, one with 1024 a friend.
    fn default() -> Self {
        let a_second = |burst, rate| Budget { burst, interval: Duration::from_secs(1) / rate };
        Self {
            link: a_second(256, 1),
            source: a_second(512, 2),
            strangers: a_second(2048, 8),
            friend: a_second(1024, 2),
            friends: a_second(4096, 8),
            source_handshakes: a_second(4, 4),
            handshakes: a_second(16, 16),
            sources_max: 8192,
        }
    }
}
