//! What happens, and the dials of peers, as streams of the futures crates.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::Stream;

use crate::channel::Lease;
use crate::inbox::{Dial, Item, Queue};
use crate::{Event, Incoming};

/// The events of a channel. Ends after [`Event::Closed`].
#[must_use = "events wait until they are taken"]
pub struct Events {
    lease: Arc<Lease>,
    /// What has been taken out of the inbox, and is next.
    taken: Queue,
}

impl Events {
    pub(crate) fn new(lease: Arc<Lease>) -> Self {
        Self { lease, taken: Queue::default() }
    }

    /// The next event, without `StreamExt`. `None` after [`Event::Closed`].
    pub async fn next(&mut self) -> Option<Event> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    fn event(&self, item: Item) -> Event {
        match item {
            Item::Open(id) => Event::Open { id },
            Item::Connect(peer) => Event::Connect(peer),
            Item::Disconnect(peer) => Event::Disconnect(peer),
            Item::Sync(is_settled) => Event::Sync { is_settled },
            Item::Message(from, data, direct) => Event::Message { from, data, direct },
            Item::Dial(dial) => Event::Dial(Incoming::new(&self.lease.0, *dial)),
            Item::Fault(error) => Event::Fault(*error),
            Item::Reconnecting(gap) => Event::Reconnecting(*gap),
            Item::Closed(closed) => Event::Closed(*closed),
        }
    }
}

impl Stream for Events {
    type Item = Event;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        let this = self.get_mut();
        if this.taken.is_empty() {
            let mut state = this.lease.0.lock();
            if state.inbox.take_into(&mut this.taken) {
                state.wake_driver();
            } else if this.taken.is_empty() {
                if state.inbox.is_over() {
                    return Poll::Ready(None);
                }
                state.inbox.readers().register(cx);
                return Poll::Pending;
            }
        }
        Poll::Ready(this.taken.next().map(|item| this.event(item)))
    }
}

impl Drop for Events {
    /// Others get what was not taken.
    fn drop(&mut self) {
        if !self.taken.is_empty() {
            self.lease.0.lock().give_back(&mut self.taken);
        }
    }
}

/// The streams that peers want. Ends with the channel.
#[must_use = "dials wait until they are taken"]
pub struct Incomings {
    lease: Arc<Lease>,
}

impl Incomings {
    pub(crate) fn new(lease: Arc<Lease>) -> Self {
        lease.0.lock().split_dials(true);
        Self { lease }
    }

    /// The next one, without `StreamExt`.
    pub async fn next(&mut self) -> Option<Incoming> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    fn poll_dial(&self, cx: &Context<'_>) -> Poll<Option<Dial>> {
        let mut state = self.lease.0.lock();
        match state.inbox.take_dial() {
            Some(dial) => Poll::Ready(Some(dial)),
            None if state.inbox.is_over() => Poll::Ready(None),
            None => {
                state.inbox.acceptors().register(cx);
                Poll::Pending
            }
        }
    }
}

impl Stream for Incomings {
    type Item = Incoming;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Incoming>> {
        self.poll_dial(cx).map(|dial| dial.map(|dial| Incoming::new(&self.lease.0, dial)))
    }
}

impl Drop for Incomings {
    fn drop(&mut self) {
        self.lease.0.lock().split_dials(false);
    }
}
