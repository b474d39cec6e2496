//! Carries news of network channels between shards and links: which have members here, and which
//! proxies are in them.

use std::cell::RefCell;
use std::collections::HashMap;

use nws_protocol::ChannelName;
use tokio::sync::{Notify, mpsc};

/// A network channel has got its first member in a shard, or lost its last one.
#[derive(Clone, Debug)]
pub(crate) struct News {
    /// Its name.
    pub(crate) channel: ChannelName,
    /// Whether it has members.
    pub(crate) is_open: bool,
}

/// What has changed about some channels and has not been told. Only the latest state of each
/// channel counts, so there are never more entries than channels.
pub(crate) struct Untold<T> {
    states: RefCell<HashMap<ChannelName, T>>,
    some: Notify,
}

impl<T> Default for Untold<T> {
    fn default() -> Self {
        Self { states: RefCell::default(), some: Notify::new() }
    }
}

impl<T> Untold<T> {
    pub(crate) fn add(&self, channel: ChannelName, state: T) {
        self.states.borrow_mut().insert(channel, state);
        self.some.notify_one();
    }

    /// Waits for news, and takes everything.
    pub(crate) async fn some(&self) -> HashMap<ChannelName, T> {
        self.some.notified().await;
        std::mem::take(&mut *self.states.borrow_mut())
    }
}

impl Untold<bool> {
    /// Tells `listener` which channels are open, until it is closed.
    pub(super) async fn tell(&self, listener: mpsc::Sender<News>) {
        loop {
            for (channel, is_open) in self.some().await {
                if listener.send(News { channel, is_open }).await.is_err() {
                    return;
                }
            }
        }
    }
}
