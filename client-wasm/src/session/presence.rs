//! Who is in the channel: `connect`, then `open` at the peer; `close` at the peer, then `disconnect`.

use js_sys::JsString;

use super::{Phase, Session};
use crate::end::End;
use crate::frame::text;
use crate::port::{Port, ROOT};
use crate::state::ReadyState;

impl Session {
    /// Opens the channel's socket when the first frame tells the own id.
    #[inline(never)]
    pub(super) fn admit(&self, id: &JsString) {
        if self.phase.replace(Phase::Admitted) == Phase::Admitted {
            return;
        }
        self.opened.set(true);
        self.attempts.set(0);
        self.told.set("");
        self.root.set_id(id);
        self.root.enter(ReadyState::Open);
        self.flush();
        self.root.opened();
    }

    #[inline(never)]
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

    #[inline(never)]
    pub(super) fn depart(&self, id: &JsString) {
        if let Some(peer) = self.peers.get(id) {
            self.dismiss(&peer, &End::departure());
        }
    }

    #[inline(never)]
    pub(super) fn dismiss(&self, peer: &Port, end: &End) {
        if peer.is(ReadyState::Closed) {
            return;
        }
        self.peers.remove(&peer.id());
        peer.end(end);
        self.root.disconnected(peer);
    }

    #[inline(never)]
    pub(super) fn dismiss_all(&self, end: &End) {
        for peer in self.ports() {
            self.dismiss(&peer, end);
        }
    }

    /// Ends a socket that the page has closed by itself.
    pub(crate) fn on_leave(&self, port: &Port, end: &End) {
        if port.serial() == ROOT { self.give_up(end) } else { self.dismiss(port, end) }
    }
}
