//! One link, as the mesh knows it: what it is told to do, and what it tells.

use std::collections::VecDeque;
use std::rc::Rc;

use nws_core::{LinkId, MeshInput};
use nws_protocol::ChannelName;
use tokio::sync::mpsc;

use super::{Mesh, Order, Partner, key};

/// A link, from the end of its handshakes until this is dropped.
pub(crate) struct Link {
    pub(super) mesh: Rc<Mesh>,
    pub(super) id: LinkId,
    pub(super) partner: Rc<Partner>,
    pub(super) orders: mpsc::Receiver<Order>,
    /// Orders that came together with others which had to be first.
    pub(super) later: VecDeque<Order>,
}

impl Link {
    /// Who is at the other end.
    pub(crate) fn partner(&self) -> Rc<Partner> {
        Rc::clone(&self.partner)
    }

    /// The next order; `None` when the link has to end.
    pub(crate) async fn order(&mut self) -> Option<Order> {
        match self.later.pop_front() {
            Some(order) => Some(order),
            None => self.orders.recv().await,
        }
    }

    /// Something has come.
    pub(crate) fn heard(&self) {
        self.mesh.input(MeshInput::Heard { link: self.id });
    }

    /// HELLO has been exchanged; the answer are the channels that are to be offered at once.
    pub(crate) fn ready(&mut self) -> Vec<ChannelName> {
        self.partner.is_linked_with(&self.mesh.own);
        self.mesh.input(MeshInput::Ready { link: self.id });
        let mut offers = Vec::new();
        while let Ok(order) = self.orders.try_recv() {
            if let Order::Offer(channel) = order {
                offers.push(channel);
            } else {
                self.later.push_back(order);
            }
        }
        offers
    }

    /// A channel has been matched.
    pub(crate) fn matched(&self) {
        self.mesh.limit(|rate_limits| rate_limits.matched(key(self.id)));
        self.mesh.input(MeshInput::Matched { link: self.id });
    }

    /// The other side has said of a channel what it knew when it was asked.
    pub(crate) fn searched(&self, channel: ChannelName) {
        self.mesh.input(MeshInput::Searched { link: self.id, channel });
    }

    /// A channel is matched from now on, or no more.
    pub(crate) fn shared(&self, channel: ChannelName, is_matched: bool) {
        self.mesh.input(MeshInput::Shared { link: self.id, channel, is_matched });
    }

    /// The other side wants `count` evaluations more.
    pub(crate) fn ask(&self, count: usize) {
        self.mesh.limit(|rate_limits| rate_limits.ask(key(self.id), count));
    }

    /// It will not last much longer.
    pub(crate) fn exhausting(&self) {
        self.mesh.input(MeshInput::Exhausting { link: self.id });
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.mesh.links.borrow_mut().remove(self.id);
        self.mesh.limit(|rate_limits| rate_limits.close(key(self.id)));
        self.mesh.input(MeshInput::Down { link: self.id });
    }
}
