//! One link as the mesh knows it: the orders that it takes, and its reports.

use std::rc::Rc;

use nws_core::{LinkId, MeshInput};
use nws_protocol::ChannelName;

use super::MeshDriver;
use super::orders::{Order, Orders};
use super::partner::Partner;

/// A link, from the end of its handshakes until this is dropped.
pub(crate) struct Link {
    pub(super) mesh: Rc<MeshDriver>,
    pub(super) id: LinkId,
    pub(super) partner: Rc<Partner>,
    pub(super) orders: Orders,
}

impl Link {
    /// The proxy at the other end.
    pub(crate) fn partner(&self) -> Rc<Partner> {
        Rc::clone(&self.partner)
    }

    /// The next order; `None` when the link has to end.
    pub(crate) async fn order(&mut self) -> Option<Order> {
        self.orders.next().await
    }

    /// A message has come.
    pub(crate) fn heard(&self) {
        self.mesh.heard(self.id);
    }

    /// HELLO has been exchanged. Gives the channels that are to be offered at once.
    pub(crate) fn ready(&mut self) -> Vec<ChannelName> {
        self.partner.is_linked_with(&self.mesh.own);
        self.mesh.input(MeshInput::Ready { link: self.id });
        self.orders.take_offers()
    }

    /// A channel has been matched.
    pub(crate) fn matched(&self) {
        self.mesh.limit(|limits| limits.matched(self.id));
        self.mesh.input(MeshInput::Matched { link: self.id });
    }

    /// The other side has answered for a channel.
    pub(crate) fn searched(&self, channel: ChannelName) {
        self.mesh.input(MeshInput::Searched { link: self.id, channel });
    }

    /// A channel is matched from now on, or not any more.
    pub(crate) fn shared(&self, channel: ChannelName, is_matched: bool) {
        self.mesh.input(MeshInput::Shared { link: self.id, channel, is_matched });
    }

    /// The other side wants `count` more evaluations.
    pub(crate) fn ask(&self, count: usize) {
        self.mesh.limit(|limits| limits.ask(self.id, count));
    }

    /// The slots of the link will soon be used up.
    pub(crate) fn exhausting(&self) {
        self.mesh.input(MeshInput::Exhausting { link: self.id });
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.mesh.links.borrow_mut().close(self.id);
        self.mesh.partners.borrow_mut().remove(self.id);
        self.mesh.limit(|limits| limits.close(self.id));
        self.mesh.input(MeshInput::Down { link: self.id });
    }
}
