//! The writing half of a link.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::poll_fn;
use std::task::{Context, Poll};

use futures_util::{FutureExt, Sink, SinkExt};
use nws_core::Transmit;
use nws_protocol::websocket::Opcode;
use tokio::sync::mpsc;

use super::end::End;
use super::routes::Routes;
use super::socket::Outgoing;
use crate::mesh::Traffic;
use crate::signal::Signal;

/// What the relay itself sends. It goes before what the shards have queued. There is little of it:
/// the other side has to ask for most of it, and rate limits bound that.
#[derive(Default)]
pub(super) struct Control {
    messages: RefCell<VecDeque<Outgoing>>,
    some: Signal,
}

impl Control {
    pub(super) fn frame(&self, frame: Vec<u8>) {
        self.push(Outgoing::short(Opcode::Binary, frame));
    }

    /// Sends a ping, unless one is about to be sent.
    pub(super) fn ping(&self) {
        if !self.messages.borrow().iter().any(|message| message.opcode == Opcode::Ping) {
            self.push(Outgoing::short(Opcode::Ping, Vec::new()));
        }
    }

    /// Answers a ping. An answer that has not been sent yet is dropped, so that no other side makes
    /// many of them wait (RFC 6455, section 5.5.3).
    pub(super) fn pong(&self, payload: Vec<u8>) {
        self.messages.borrow_mut().retain(|message| message.opcode != Opcode::Pong);
        self.push(Outgoing::short(Opcode::Pong, payload));
    }

    fn push(&self, message: Outgoing) {
        self.messages.borrow_mut().push_back(message);
        self.some.give();
    }

    fn pop(&self) -> Option<Outgoing> {
        self.messages.borrow_mut().pop_front()
    }
}

/// What the shards send. Each shard has its own queue, so that none waits for another. The queues
/// take turns.
#[derive(Default)]
pub(super) struct ShardQueues {
    queues: RefCell<Vec<mpsc::Receiver<Transmit>>>,
    next: Cell<usize>,
    /// A queue was added.
    changed: Signal,
}

impl ShardQueues {
    pub(super) fn add(&self, queue: mpsc::Receiver<Transmit>) {
        self.queues.borrow_mut().push(queue);
        self.changed.give();
    }

    fn poll(&self, cx: &mut Context<'_>) -> Poll<Transmit> {
        let mut queues = self.queues.borrow_mut();
        let count = queues.len();
        for number in (self.next.get()..count).chain(0..self.next.get().min(count)) {
            // A queue that has ended gives Ready(None) from then on.
            if let Poll::Ready(Some(transmit)) = queues[number].poll_recv(cx) {
                self.next.set(number + 1);
                return Poll::Ready(transmit);
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
    mut sink: impl Sink<Outgoing, Error = End> + Unpin,
    control: &Control,
    queues: &ShardQueues,
    routes: &Routes,
    traffic: &Traffic,
) -> Result<Infallible, End> {
    let mut next = None;
    loop {
        while let Some(message) = control.pop() {
            if message.opcode == Opcode::Ping {
                traffic.ping();
            }
            traffic.sent.count(message.head.len() + message.body.len());
            sink.feed(message).await?;
        }
        if let Some(transmit) = next.take().or_else(|| queues.next().now_or_never()) {
            // The channel of the stream may have been left meanwhile.
            let Transmit { stream, head, body } = transmit;
            if routes.is_open(stream) {
                traffic.sent.count(head.len() + body.len());
                sink.feed(Outgoing { opcode: Opcode::Binary, head, body }).await?;
            }
            continue;
        }
        sink.flush().await?;
        tokio::select! {
            () = control.some.given() => {}
            () = queues.changed.given() => {}
            transmit = queues.next() => next = Some(transmit),
        }
    }
}
