//! Which network channels have members here, told to whoever looks for the same channels elsewhere.

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

/// What is true of some channels or not, and has not been told. Of each channel only the latest counts, so there is never
/// more than there are channels.
#[derive(Default)]
pub(crate) struct Untold {
    states: RefCell<HashMap<ChannelName, bool>>,
    some: Notify,
}

impl Untold {
    pub(crate) fn add(&self, channel: ChannelName, is_so: bool) {
        self.states.borrow_mut().insert(channel, is_so);
        self.some.notify_one();
    }

    /// Waits for some, and takes all.
    pub(crate) async fn some(&self) -> HashMap<ChannelName, bool> {
        self.some.notified().await;
        std::mem::take(&mut *self.states.borrow_mut())
    }

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
