//! What shards and links tell each other of network channels: which have members here, and which proxies are in them.

use std::cell::RefCell;
use std::collections::HashMap;

use nws_protocol::ChannelName;
use tokio::sync::{Notify, mpsc};

/// That a network channel has got its first member in a shard, or lost its last one.
#[derive(Clone, Debug)]
pub(crate) struct News {
    /// Its name.
    pub(crate) channel: ChannelName,
    /// Whether it has members.
    pub(crate) is_open: bool,
}

/// What is true of some channels, and has not been told. Of each channel only the latest counts, so there is never
/// more than there are channels.
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

    /// Waits for some, and takes all.
    pub(crate) async fn some(&self) -> HashMap<ChannelName, T> {
        self.some.notified().await;
        std::mem::take(&mut *self.states.borrow_mut())
    }
}

impl Untold<bool> {
    /// Tells which channels are open until nobody listens any more.
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
