//! Warns that a channel with a short name is easily guessed.

use std::cell::Cell;

use nws_protocol::ChannelName;

/// Names with fewer characters are likely to be in a dictionary, or to be found by trying all.
const GUESSABLE: usize = 12;

/// Whether the warning was logged.
#[derive(Debug, Default)]
pub(super) struct ShortNames {
    is_told: Cell<bool>,
}

impl ShortNames {
    /// A channel is offered to other proxies from now on. Only the first short name is logged.
    pub(super) fn note(&self, channel: &ChannelName) {
        if channel.as_str().len() < GUESSABLE && !self.is_told.replace(true) {
            tracing::info!(
                "a channel with a short name is offered on the network: anyone who guesses it can join"
            );
        }
    }
}
