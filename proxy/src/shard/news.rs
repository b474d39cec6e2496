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

/// News that have not been told. Of each channel only the latest counts, so there are never more than
/// there are channels.
#[derive(Default)]
pub(super) struct Untold {
    states: RefCell<HashMap<ChannelName, bool>>,
    some: Notify,
}

impl Untold {
    pub(super) fn add(&self, channel: ChannelName, is_open: bool) {
        self.states.borrow_mut().insert(channel, is_open);
        self.some.notify_one();
    }

    /// Tells them until nobody listens any more.
    pub(super) async fn tell(&self, listener: mpsc::Sender<News>) {
        loop {
            self.some.notified().await;
            let states = std::mem::take(&mut *self.states.borrow_mut());
            for (channel, is_open) in states {
                if listener.send(News { channel, is_open }).await.is_err() {
                    return;
                }
            }
        }
    }
}
