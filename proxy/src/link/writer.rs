//! The writing half of a link.

use std::cell::RefCell;
use std::collections::VecDeque;

use bytes::Bytes;
use futures_util::SinkExt;
use futures_util::stream::SplitSink;
use nws_protocol::link::LinkFrame;
use tokio::sync::{Notify, mpsc};
use tokio_tungstenite::tungstenite::Message;

use super::end::End;
use super::lives::Lives;
use super::socket::Socket;
use crate::shard::ToLink;

/// What the relay itself has to say. It goes before what the shards have queued: there is little of it, as
/// the other side has to ask for most of it, and rations bound that.
#[derive(Default)]
pub(super) struct Control {
    messages: RefCell<VecDeque<Message>>,
    some: Notify,
    pub(super) lives: Lives,
}

impl Control {
    pub(super) fn frame(&self, frame: Vec<u8>) {
        self.push(Message::Binary(frame.into()));
    }

    /// Asks for a sign of life, unless that is about to be asked for.
    pub(super) fn ping(&self) {
        if !self.messages.borrow().iter().any(Message::is_ping) {
            self.push(Message::Ping(Bytes::new()));
        }
    }

    fn push(&self, message: Message) {
        self.messages.borrow_mut().push_back(message);
        self.some.notify_one();
    }

    fn pop(&self) -> Option<Message> {
        self.messages.borrow_mut().pop_front()
    }
}

/// Writes until the socket fails. What is ready at the same time is flushed together.
pub(super) async fn write(
    mut sink: SplitSink<Socket, Message>,
    control: &Control,
    mut from_shards: mpsc::Receiver<ToLink>,
) -> Result<(), End> {
    let mut next = None;
    loop {
        while let Some(message) = control.pop() {
            sink.feed(message).await?;
        }
        if let Some(message) = next.take().or_else(|| from_shards.try_recv().ok()) {
            if let Some(message) = message_of(message, &control.lives) {
                sink.feed(message).await?;
            }
            continue;
        }
        sink.flush().await?;
        tokio::select! {
            () = control.some.notified() => {}
            told = from_shards.recv() => next = told,
        }
    }
}

/// What is to be sent, unless it is too late for that.
fn message_of(told: ToLink, lives: &Lives) -> Option<Message> {
    match told {
        ToLink::Frame { slot, life, frame } => {
            lives.is_now(slot, life).then(|| Message::Binary(frame.into()))
        }
        ToLink::Credit { slot, life, bytes } => lives
            .is_now(slot, life)
            .then(|| Message::Binary(LinkFrame::Credit { slot, bytes }.to_bytes().into())),
    }
}
