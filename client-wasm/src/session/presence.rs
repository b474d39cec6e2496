//! Who is in the channel: `connect`, then `open` at the peer; `close` at the peer, then `disconnect`.

use std::rc::Rc;

use js_sys::{Function, JsString};
use wasm_bindgen::prelude::*;

use super::Session;
use crate::close::Farewell;
use crate::end::End;
use crate::frame::text;
use crate::port::Port;
use crate::socket::Listener;
use crate::state::ReadyState;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = queueMicrotask)]
    fn queue_microtask(task: &Function);
}

impl Session {
    /// Opens the channel's socket when the first frame tells the own id.
    pub(super) fn admit(&self, id: &JsString) {
        if self.admitted.replace(true) {
            return;
        }
        self.root.set_id(id);
        self.root.open();
    }

    pub(super) fn arrive(&self, id: &JsString) {
        // A handler of `open` may just have closed the socket.
        if !self.root.is(ReadyState::Open) || self.peers.get(id).is_some() {
            return;
        }
        let serial = self.last_serial.get() + 1;
        self.last_serial.set(serial);
        let peer = self.root.peer(serial, id);
        peer.set_head(&text::message(id));
        self.peers.insert(id, &peer);
        self.root.connected(&peer);
        // A handler of `connect` may just have closed either of them.
        if peer.is(ReadyState::Connecting) {
            peer.open();
        }
    }

    pub(super) fn depart(&self, id: &JsString) {
        if let Some(peer) = self.peers.get(id) {
            self.dismiss(&peer, &End::departure());
        }
    }

    pub(super) fn dismiss(&self, peer: &Port, end: &End) {
        if peer.is(ReadyState::Closed) {
            return;
        }
        self.peers.remove(&peer.id());
        peer.end(end);
        self.root.disconnected(peer);
    }

    /// Ends a peer's socket once the page's present turn is over, as `close()` never fires an event by itself.
    pub(super) fn dismiss_soon(self: &Rc<Self>, peer: &Port, farewell: &Farewell) {
        let session = Rc::clone(self);
        let peer = peer.clone();
        let end = End::wanted(farewell);
        let task: Listener = Closure::new(move |_| session.dismiss(&peer, &end));
        queue_microtask(task.into_js_value().unchecked_ref());
    }
}
