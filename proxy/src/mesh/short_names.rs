//! Hints that a channel with a short name is easily guessed.

use std::cell::Cell;

use nws_protocol::ChannelName;

/// Characters of a name below which it is likely to be in a dictionary, or to be found by trying
/// all.
const GUESSABLE: usize = 12;

/// Whether the log has told.
#[derive(Debug, Default)]
pub(super) struct ShortNames {
    is_told: Cell<bool>,
}

impl ShortNames {
    /// A channel is offered to other proxies from now on. The log is told of the first short name
    /// only.
    pub(super) fn note(&self, channel: &ChannelName) {
        if channel.as_str().len() < GUESSABLE && !self.is_told.replace(true) {
            tracing::info!("a channel with a short name is offered on the network: who guesses it can join");
        }
    }
}
