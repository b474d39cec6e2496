//! The writing half of a link.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::poll_fn;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::{FutureExt, Sink, SinkExt};
use nws_protocol::link::LinkFrame;
use tokio::sync::{Notify, mpsc};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::end::End;
use super::lives::Lives;
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

/// What the shards have to say, each in a queue of its own, so that none waits for another. They have their turns
/// one after the other.
#[derive(Default)]
pub(super) struct Ports {
    queues: RefCell<Vec<mpsc::Receiver<ToLink>>>,
    next: Cell<usize>,
    /// There is one more.
    changed: Notify,
}

impl Ports {
    pub(super) fn add(&self, queue: mpsc::Receiver<ToLink>) {
        self.queues.borrow_mut().push(queue);
        self.changed.notify_one();
    }

    fn poll(&self, cx: &mut Context<'_>) -> Poll<ToLink> {
        let mut queues = self.queues.borrow_mut();
        let count = queues.len();
        for number in (self.next.get()..count).chain(0..self.next.get().min(count)) {
            // A queue that has ended is Ready(None) from then on.
            if let Poll::Ready(Some(told)) = queues[number].poll_recv(cx) {
                self.next.set(number + 1);
                return Poll::Ready(told);
            }
        }
        Poll::Pending
    }

    async fn next(&self) -> ToLink {
        poll_fn(|cx| self.poll(cx)).await
    }
}

/// Writes until the socket fails. What is ready at the same time is flushed together.
pub(super) async fn write(
    mut sink: impl Sink<Message, Error = Error> + Unpin,
    control: &Control,
    ports: &Ports,
) -> Result<Infallible, End> {
    let mut next = None;
    loop {
        while let Some(message) = control.pop() {
            sink.feed(message).await?;
        }
        if let Some(told) = next.take().or_else(|| ports.next().now_or_never()) {
            if let Some(message) = message_of(told, &control.lives) {
                sink.feed(message).await?;
            }
            continue;
        }
        sink.flush().await?;
        tokio::select! {
            () = control.some.notified() => {}
            () = ports.changed.notified() => {}
            told = ports.next() => next = Some(told),
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
