//! Tells the log and the shards which channels are not offered to other proxies, because there are
//! too many.

use std::convert::Infallible;

use nws_protocol::ChannelName;
use nws_protocol::limits::LINK_SLOTS_LIVE;

use crate::shard::{ShardHandles, Untold};
use crate::trouble::Troubles;

/// News of such channels.
pub(super) struct Isolation {
    untold: Untold<bool>,
    warnings: Troubles<()>,
}

impl Isolation {
    pub(super) fn new() -> Self {
        Self { untold: Untold::default(), warnings: Troubles::new() }
    }

    /// `channel` is isolated from now on, or not any more.
    pub(super) fn note(&self, channel: ChannelName, is_isolated: bool) {
        if is_isolated && self.warnings.is_news(()) {
            tracing::warn!(
                "more than {LINK_SLOTS_LIVE} network channels are open on this machine: the latest ones reach no other machine"
            );
        }
        self.untold.add(channel, is_isolated);
    }

    /// Tells shards about their channels.
    pub(super) async fn tell(&self, shards: &ShardHandles) -> Infallible {
        loop {
            for (channel, is_isolated) in self.untold.some().await {
                shards.isolate(channel, is_isolated).await;
            }
        }
    }
}
