//! Carries the orders of the mesh to its links.

use std::collections::VecDeque;

use nws_core::{LinkCloseReason, LinkId};
use nws_protocol::ChannelName;
use nws_protocol::limits::LINK_SLOTS_LIVE;
use slotmap::SlotMap;
use tokio::sync::mpsc;

/// Orders that may wait for a link. One turn of the state machine may take the channel of every
/// slot away and give the slot to another channel. Besides, a link may be started, pinged, granted
/// something and ended. A link for which more orders wait is stuck, and is ended.
const ORDERS_MAX: usize = 2 * LINK_SLOTS_LIVE as usize + 4;

/// Something that a link has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Send HELLO.
    Start,
    /// Send a ping.
    Ping,
    /// Find out whether the other side knows this channel.
    Offer(ChannelName),
    /// Stop looking for this channel, if that has not begun.
    Linger(ChannelName),
    /// Stop offering this channel.
    Withdraw(ChannelName),
    /// Do so many evaluations.
    Grant(usize),
    /// End.
    End(LinkCloseReason),
}

/// The sending ends of all order queues, one for each link.
#[derive(Debug, Default)]
pub(super) struct LinkHandles(SlotMap<LinkId, mpsc::Sender<Order>>);

/// The receiving end of the order queue of one link.
#[derive(Debug)]
pub(super) struct Orders {
    queue: mpsc::Receiver<Order>,
    /// Orders that were taken from the queue and are not applied yet. They come first.
    postponed: VecDeque<Order>,
}

impl LinkHandles {
    /// A new link.
    pub(super) fn open(&mut self) -> (LinkId, Orders) {
        let (sender, queue) = mpsc::channel(ORDERS_MAX);
        (self.0.insert(sender), Orders { queue, postponed: VecDeque::new() })
    }

    /// Sends an order to a link. If its queue is full, the queue is dropped, and the link ends when
    /// it notices that.
    pub(super) fn order(&mut self, link: LinkId, order: Order) {
        if self.0.get(link).is_some_and(|queue| queue.try_send(order).is_err()) {
            self.close(link);
        }
    }

    /// Closes the order queue of a link.
    pub(super) fn close(&mut self, link: LinkId) {
        self.0.remove(link);
    }
}

impl Orders {
    /// The next order; `None` when the link has to end.
    pub(super) async fn next(&mut self) -> Option<Order> {
        match self.postponed.pop_front() {
            Some(order) => Some(order),
            None => self.queue.recv().await,
        }
    }

    /// Takes the offers that wait, before all other orders: so matching begins with all channels at
    /// once. The other orders keep their order.
    pub(super) fn take_offers(&mut self) -> Vec<ChannelName> {
        let mut offers = Vec::new();
        while let Ok(order) = self.queue.try_recv() {
            if let Order::Offer(channel) = order {
                offers.push(channel);
            } else {
                self.postponed.push_back(order);
            }
        }
        offers
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn channel(name: &str) -> ChannelName {
        ChannelName::new(name).unwrap()
    }

    fn next(orders: &mut Orders) -> Option<Order> {
        orders.next().now_or_never().unwrap()
    }

    #[test]
    fn offers_come_first_and_the_rest_keeps_its_order() {
        let mut handles = LinkHandles::default();
        let (link, mut orders) = handles.open();
        let given = [
            Order::Ping,
            Order::Offer(channel("a")),
            Order::Withdraw(channel("b")),
            Order::Offer(channel("c")),
        ];
        given.into_iter().for_each(|order| handles.order(link, order));
        assert_eq!(orders.take_offers(), [channel("a"), channel("c")]);
        handles.order(link, Order::Grant(1));
        assert_eq!(next(&mut orders), Some(Order::Ping));
        assert_eq!(next(&mut orders), Some(Order::Withdraw(channel("b"))));
        assert_eq!(next(&mut orders), Some(Order::Grant(1)));
    }

    #[test]
    fn a_link_that_takes_no_orders_has_to_end() {
        let mut handles = LinkHandles::default();
        let (link, mut orders) = handles.open();
        (0..=ORDERS_MAX).for_each(|_| handles.order(link, Order::Ping));
        (0..ORDERS_MAX).for_each(|_| assert_eq!(next(&mut orders), Some(Order::Ping)));
        assert_eq!(next(&mut orders), None);
    }
}
