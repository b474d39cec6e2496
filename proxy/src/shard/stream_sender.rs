//! Sends what waits for the streams of a link, as far as the link has room.

use std::cell::{Cell, RefCell};
use std::time::Instant;

use nws_core::{Channels, Mux, MuxInput, Transmit};
use tokio::sync::mpsc;

use crate::signal::Signal;

/// The streams of one link whose channels are on this shard.
pub(super) struct StreamSender {
    mux: RefCell<Mux>,
    to: mpsc::Sender<Transmit>,
    /// The task of the link waits for room.
    is_awaited: Cell<bool>,
    changed: Signal,
}

impl StreamSender {
    pub(super) fn new(to: mpsc::Sender<Transmit>) -> Self {
        Self { mux: RefCell::default(), to, is_awaited: Cell::new(false), changed: Signal::default() }
    }

    /// Passes an input about a stream to the mux. [`Self::transmit`] does what follows from it.
    pub(super) fn handle(&self, input: MuxInput) {
        let mut mux = self.mux.borrow_mut();
        mux.handle(input);
        if mux.is_broken() {
            self.changed.give();
        }
    }

    /// Passes an input about a stream to the mux, and sends what follows from it.
    pub(super) fn enter(&self, input: MuxInput, core: &mut Channels, now: Instant) {
        self.handle(input);
        self.transmit(core, now);
    }

    /// Whether something waits to be sent: a piece, or credit.
    pub(super) fn wants_to_send(&self) -> bool {
        self.mux.borrow().wants_room()
    }

    /// Sends until nothing waits or the link has no room.
    pub(super) fn transmit(&self, core: &mut Channels, now: Instant) {
        let mut mux = self.mux.borrow_mut();
        while let Some(transmit) = mux.poll_transmit(self.to.capacity(), core, now) {
            // There is room, or the link has ended.
            let _ = self.to.try_send(transmit);
        }
        if mux.wants_room() && !self.is_awaited.replace(true) {
            self.changed.give();
        }
    }

    pub(super) fn is_broken(&self) -> bool {
        self.mux.borrow().is_broken()
    }

    /// Gives whether to wait for room, and to send then.
    pub(super) fn wants_room(&self) -> bool {
        let wants_room = self.mux.borrow().wants_room();
        self.is_awaited.set(wants_room);
        wants_room
    }

    /// Waits until [`Self::wants_room`] or [`Self::is_broken`] may have changed.
    pub(super) async fn changed(&self) {
        self.changed.given().await;
    }
}
