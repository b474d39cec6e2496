//! The writing half of a link.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::poll_fn;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::{FutureExt, Sink, SinkExt};
use nws_core::Transmit;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::end::End;
use super::routes::Routes;
use crate::signal::Signal;

/// What the relay itself has to say. It goes before what the shards have queued: there is little of it, as
/// the other side has to ask for most of it, and rations bound that.
#[derive(Default)]
pub(super) struct Control {
    messages: RefCell<VecDeque<Message>>,
    some: Signal,
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
        self.some.give();
    }

    fn pop(&self) -> Option<Message> {
        self.messages.borrow_mut().pop_front()
    }
}

/// What the shards have to say, each in a queue of its own, so that none waits for another. They have their turns
/// one after the other.
#[derive(Default)]
pub(super) struct Outgoing {
    queues: RefCell<Vec<mpsc::Receiver<Transmit>>>,
    next: Cell<usize>,
    /// There is one more.
    changed: Signal,
}

impl Outgoing {
    pub(super) fn add(&self, queue: mpsc::Receiver<Transmit>) {
        self.queues.borrow_mut().push(queue);
        self.changed.give();
    }

    fn poll(&self, cx: &mut Context<'_>) -> Poll<Transmit> {
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

    async fn next(&self) -> Transmit {
        poll_fn(|cx| self.poll(cx)).await
    }
}

/// Writes until the socket fails. What is ready at the same time is flushed together.
pub(super) async fn write(
    mut sink: impl Sink<Message, Error = Error> + Unpin,
    control: &Control,
    outgoing: &Outgoing,
    routes: &Routes,
) -> Result<Infallible, End> {
    let mut next = None;
    loop {
        while let Some(message) = control.pop() {
            sink.feed(message).await?;
        }
        if let Some(told) = next.take().or_else(|| outgoing.next().now_or_never()) {
            // A channel may have been left meanwhile.
            if routes.is_open(told.stream) {
                sink.feed(Message::Binary(told.frame.into())).await?;
            }
            continue;
        }
        sink.flush().await?;
        tokio::select! {
            () = control.some.given() => {}
            () = outgoing.changed.given() => {}
            told = outgoing.next() => next = Some(told),
        }
    }
}
