//! One stream: what is said on it, and what comes.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::{Sink, Stream};
use networkwebsockets::{Data, Error, PeerStream};
use serde_json::json;
use tokio::sync::mpsc::Receiver;

use super::words::{ended, payload};
use crate::tell;

/// What is to be done with a stream.
pub(crate) enum Order {
    Say(Data),
    /// Take one message more.
    Read,
    End(u16, String),
}

/// What comes next.
enum Next {
    Order(Order),
    Message(Data),
    End(Error),
    /// Nobody wants the stream any more.
    Forgotten,
}

struct Driven {
    socket: PeerStream,
    orders: Receiver<Order>,
    queue: VecDeque<Data>,
    /// As many messages may be taken.
    reads: usize,
}

/// Does what is ordered until the stream has ended.
pub(crate) async fn drive(socket: PeerStream, name: String, orders: Receiver<Order>, hold: bool) {
    tell(&json!({ "event": "opened", "stream": name, "protocol": socket.protocol() }));
    let reads = if hold { 0 } else { usize::MAX };
    let mut driven = Driven { socket, orders, queue: VecDeque::new(), reads };
    let mut end = None;
    loop {
        if let Some((code, reason)) = end.take_if(|_| driven.queue.is_empty()) {
            return tell(&close(driven.socket, &name, code, reason).await);
        }
        match poll_fn(|cx| driven.poll(cx)).await {
            Next::Order(Order::Say(data)) => driven.queue.push_back(data),
            Next::Order(Order::Read) => driven.reads = driven.reads.saturating_add(1),
            Next::Order(Order::End(code, reason)) => end = Some((code, reason)),
            Next::Message(data) => tell(&payload(json!({ "event": "heard", "stream": name }), &data)),
            Next::End(error) => return tell(&ended(&name, &error)),
            Next::Forgotten => return,
        }
    }
}

async fn close(socket: PeerStream, name: &str, code: u16, reason: String) -> serde_json::Value {
    let error = match socket.close_with(code, &reason).await {
        Ok(()) => Error::StreamClosed { code, reason },
        Err(error) => error,
    };
    ended(name, &error)
}

impl Driven {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Next> {
        while !self.queue.is_empty() && Pin::new(&mut self.socket).poll_ready(cx).is_ready() {
            if let Some(data) = self.queue.pop_front() {
                // What has failed is told when reading.
                let _ = Pin::new(&mut self.socket).start_send(data);
            }
        }
        if let Poll::Ready(order) = self.orders.poll_recv(cx) {
            return Poll::Ready(order.map_or(Next::Forgotten, Next::Order));
        }
        if self.reads == 0 {
            return Poll::Pending;
        }
        match std::task::ready!(Pin::new(&mut self.socket).poll_next(cx)) {
            Some(Ok(data)) => {
                self.reads -= usize::from(self.reads != usize::MAX);
                Poll::Ready(Next::Message(data))
            }
            Some(Err(error)) => Poll::Ready(Next::End(error)),
            None => Poll::Ready(Next::End(self.how_it_ended(cx))),
        }
    }

    /// After an ordinary end the code and the reason are those that writing shows.
    fn how_it_ended(&mut self, cx: &mut Context<'_>) -> Error {
        match Pin::new(&mut self.socket).poll_flush(cx) {
            Poll::Ready(Err(error)) => error,
            Poll::Ready(Ok(())) | Poll::Pending => Error::StreamClosed { code: 1006, reason: String::new() },
        }
    }
}
