//! Presence as a value: dropping the registration of a connection is the only way to leave.

use std::rc::Rc;

use nws_core::{ConnId, StreamId};
use tokio::sync::oneshot;

use super::state::Shard;
use super::stream_sender::StreamSender;
use crate::stream::WriteHalf;

/// A connection that its shard knows, from its reservation or its arrival until this is dropped.
pub(super) struct Registration {
    shard: Rc<Shard>,
    conn: ConnId,
}

impl Registration {
    /// A registration whose reservation is answered through `reply`, if it has one.
    pub(super) fn new(shard: &Rc<Shard>, reply: Option<oneshot::Sender<()>>) -> Self {
        Self { conn: shard.add_client(reply), shard: Rc::clone(shard) }
    }

    /// The registration of the remote group of a link stream.
    pub(super) fn of_stream(shard: &Rc<Shard>, sender: Rc<StreamSender>, stream: StreamId) -> Self {
        Self { conn: shard.add_stream(sender, stream), shard: Rc::clone(shard) }
    }

    pub(super) fn conn(&self) -> ConnId {
        self.conn
    }

    pub(super) fn shard(&self) -> &Rc<Shard> {
        &self.shard
    }

    pub(super) fn attach(&self, socket: WriteHalf) {
        self.shard.attach(self.conn, socket);
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.shard.remove(self.conn);
    }
}
