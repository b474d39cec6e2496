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
    /// Sources that are remembered.
    pub sources_max: usize,
}

impl Default for RationsConfig {
    fn default() -> Self {
        let budget = |burst, interval| Budget { burst, interval };
        Self {
            link: budget(256, Duration::from_secs(1)),
            source: budget(512, Duration::from_millis(500)),
            strangers: budget(2048, Duration::from_millis(125)),
            friend: budget(1024, Duration::from_millis(500)),
            friends: budget(4096, Duration::from_millis(125)),
            source_handshakes: budget(4, Duration::from_millis(250)),
            handshakes: budget(16, Duration::from_micros(62_500)),
            sources_max: 8192,
        }
    }
}
