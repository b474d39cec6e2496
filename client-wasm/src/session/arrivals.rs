//! What the browser's socket reports.

use js_sys::{ArrayBuffer, JsString};
use nws_protocol::binary::Kind;
use wasm_bindgen::{JsCast, JsValue};

use super::Session;
use crate::failure;
use crate::frame::binary::Arrival;
use crate::frame::text;
use crate::payload::Framed;
use crate::port::ROOT;
use crate::record::{Action, Record};
use crate::state::ReadyState;

impl Session {
    pub(crate) fn on_open(&self) {
        // A socket takes frames in its `open` event, whatever comes next.
        let _ =
            self.transmit(ROOT, &Framed { frame: text::STATUS.into(), overhead: text::STATUS.len() as f64 });
    }

    pub(crate) fn on_message(&self, data: &JsValue) {
        if self.root.ready_state() >= ReadyState::Closing {
            return;
        }
        let understood = if data.is_string() {
            self.on_text(data.unchecked_ref()).is_ok()
        } else {
            self.on_binary(data.unchecked_ref())
        };
        if !understood {
            self.root.fail(failure::BAD_FRAME);
        }
    }

    fn on_text(&self, text: &JsString) -> Result<(), JsValue> {
        let frame = text::parse(text)?;
        match frame.action()? {
            Action::Broadcast => self.deliver(Kind::Broadcast, &frame.source(), &text::data(&frame, text)),
            Action::Message => self.deliver(Kind::Message, &frame.source(), &text::data(&frame, text)),
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
            self.deliver(arrival.kind, &arrival.source, &arrival.payload);
        }
        arrival.is_ok()
    }

    /// Fires `message` where it belongs: a broadcast at the channel, a direct message at the peer it came from.
    fn deliver(&self, kind: Kind, source: &JsString, data: &JsValue) {
        let peer = self.peers.get(source);
        match (kind, &peer) {
            (Kind::Broadcast, _) => self.root.message(data, source, peer.as_ref()),
            (Kind::Message, Some(port)) if port.is(ReadyState::Open) => {
                port.message(data, source, peer.as_ref());
            }
            // The page has closed its socket to this peer.
            (Kind::Message, _) => {}
        }
    }

    /// The proxy could not serve a frame: the socket through which it was sent hears of it.
    fn complain(&self, frame: &Record) {
        let peer = self.peers.get(&frame.target());
        peer.as_ref().unwrap_or(&self.root).error(&frame.code(), &frame.reason());
    }
}
