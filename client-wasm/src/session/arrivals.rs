//! What the browser's socket reports.

use std::rc::Rc;

use js_sys::{ArrayBuffer, JsString};
use nws_protocol::binary::Kind;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CloseEvent, Event, MessageEvent};

use super::Session;
use crate::close::End;
use crate::failure::{self, Failure};
use crate::frame::binary::Arrival;
use crate::frame::text::{self, Action, Frame};
use crate::payload::Framed;
use crate::port::{Port, ROOT};
use crate::socket::{Listener, Listeners};
use crate::state::ReadyState;

impl Session {
    pub(super) fn listen(self: &Rc<Self>) {
        let listeners = Listeners {
            open: self.listener(|session, _| session.on_open()),
            message: self.listener(|session, event| session.on_message(event.unchecked_ref())),
            error: self.listener(|session, _| session.broken.set(true)),
            close: self.listener(|session, event| session.on_close(event.unchecked_ref())),
        };
        self.socket.listen(Some(&listeners));
        self.listeners.replace(Some(listeners));
    }

    fn listener(self: &Rc<Self>, hear: fn(&Self, &Event)) -> Listener {
        let session = Rc::clone(self);
        Closure::new(move |event: Event| hear(&session, &event))
    }

    fn on_open(&self) {
        let frame = text::status();
        let overhead = f64::from(frame.length());
        // Between its `open` event and the next task a socket takes frames.
        let _ = self.transmit(ROOT, &Framed { frame: frame.into(), overhead });
    }

    fn on_message(&self, event: &MessageEvent) {
        if self.root.ready_state() >= ReadyState::Closing {
            return;
        }
        let data = event.data();
        let understood = if data.is_string() {
            self.on_text(data.unchecked_ref()).is_ok()
        } else {
            self.on_binary(data.unchecked_ref())
        };
        if !understood {
            self.root.failed(failure::BAD_FRAME);
        }
    }

    fn on_text(&self, text: &JsString) -> Result<(), JsValue> {
        let frame = Frame::parse(text)?;
        match frame.action()? {
            Action::Broadcast => self.deliver(Kind::Broadcast, &frame.source(), |_| frame.text(text)),
            Action::Message => self.deliver(Kind::Message, &frame.source(), |_| frame.text(text)),
            Action::Connect => {
                self.admit(&frame.source());
                self.arrive(&frame.target());
            }
            Action::Disconnect => self.depart(&frame.target()),
            Action::Status => self.admit(&frame.source()),
            Action::Error => self.complain(&frame),
            // A later proxy may have more to say.
            Action::__Invalid => {}
        }
        Ok(())
    }

    fn on_binary(&self, frame: &ArrayBuffer) -> bool {
        let arrival = Arrival::parse(frame);
        if let Ok(arrival) = &arrival {
            self.deliver(arrival.kind, &arrival.source, |port| port.binary(&arrival.payload));
        }
        arrival.is_ok()
    }

    /// Fires `message` where it belongs: a broadcast at the channel, a direct message at the peer it came from.
    fn deliver(&self, kind: Kind, source: &JsString, data: impl FnOnce(&Port) -> JsValue) {
        let peer = self.peers.get(source);
        match (kind, &peer) {
            (Kind::Broadcast, _) => self.root.message(&data(&self.root), source, peer.as_ref()),
            (Kind::Message, Some(peer)) if peer.is(ReadyState::Open) => {
                peer.message(&data(peer), source, Some(peer));
            }
            // The page has closed its socket to this peer.
            (Kind::Message, _) => {}
        }
    }

    /// The proxy could not serve a frame: the port through which it was sent hears of it.
    fn complain(&self, frame: &Frame) {
        let peer = self.peers.get(&frame.target());
        peer.as_ref().unwrap_or(&self.root).error(&frame.code(), &frame.reason());
    }

    fn on_close(&self, event: &CloseEvent) {
        let abandoned = !self.admitted.get() && self.root.is(ReadyState::Closing);
        let end = if abandoned {
            End::abnormal()
        } else {
            End { code: event.code(), reason: event.reason(), clean: event.was_clean() }
        };
        self.root.enter(ReadyState::Closed);
        for peer in self.ports() {
            self.dismiss(&peer, &end);
        }
        if let Some(failure) = self.failure(abandoned, end.code) {
            self.root.failed(failure);
        }
        self.root.closed(&end);
        self.socket.listen(None);
        self.listeners.take();
    }

    fn failure(&self, abandoned: bool, code: u16) -> Option<Failure> {
        match (abandoned, self.admitted.get(), self.broken.get()) {
            (true, _, _) => Some(failure::ABANDONED),
            (false, false, _) => Some(Failure::to_open(code)),
            (false, true, true) => Some(failure::BROKEN),
            (false, true, false) => None,
        }
    }
}
