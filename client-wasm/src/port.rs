//! The page's side of a socket: the plain data that it keeps for the core, and the events that the core fires on it.
//!
//! All of it lives in JavaScript, so that a socket which is closed and forgotten is garbage like any other object.

use js_sys::{JsString, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{BinaryType, Blob};

use crate::close::End;
use crate::failure::Failure;
use crate::state::ReadyState;

/// The serial of the port that stands for the whole channel.
pub(crate) const ROOT: u32 = 0;

#[wasm_bindgen]
extern "C" {
    /// A socket object of the page: the channel's own or one peer's.
    #[derive(Clone)]
    pub type Port;

    /// Which port of its connection this is.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn serial(this: &Port) -> u32;

    /// The peer's id; of the channel's port, the own id.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn id(this: &Port) -> JsString;
    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_id(this: &Port, id: &JsString);

    #[wasm_bindgen(method, getter)]
    fn state(this: &Port) -> u16;
    #[wasm_bindgen(method, setter)]
    fn set_state(this: &Port, state: u16);

    /// The bytes that were given to it after it was closed.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn discarded(this: &Port) -> f64;
    #[wasm_bindgen(method, setter)]
    fn set_discarded(this: &Port, bytes: f64);

    #[wasm_bindgen(method, getter, js_name = binaryType)]
    fn binary_type(this: &Port) -> BinaryType;

    /// Makes the port of a peer.
    #[wasm_bindgen(method)]
    pub(crate) fn peer(this: &Port, serial: u32, id: &JsString) -> Port;

    /// Fires `open`.
    #[wasm_bindgen(method)]
    pub(crate) fn opened(this: &Port);

    /// Fires `message`.
    #[wasm_bindgen(method)]
    pub(crate) fn message(this: &Port, data: &JsValue, source: &JsString, peer: Option<&Port>);

    /// Fires `error`.
    #[wasm_bindgen(method)]
    pub(crate) fn error(this: &Port, reason: &JsValue, message: &JsValue);

    /// Fires `close`.
    #[wasm_bindgen(method, js_name = closed)]
    fn fire_close(this: &Port, code: u16, reason: &str, clean: bool);

    /// Fires `connect`.
    #[wasm_bindgen(method)]
    pub(crate) fn connected(this: &Port, peer: &Port);

    /// Fires `disconnect`.
    #[wasm_bindgen(method)]
    pub(crate) fn disconnected(this: &Port, peer: &Port);
}

impl Port {
    pub(crate) fn ready_state(&self) -> ReadyState {
        ReadyState::of(self.state())
    }

    pub(crate) fn enter(&self, state: ReadyState) {
        self.set_state(state.number());
    }

    pub(crate) fn is(&self, state: ReadyState) -> bool {
        self.ready_state() == state
    }

    pub(crate) fn discard(&self, bytes: f64) {
        self.set_discarded(self.discarded() + bytes);
    }

    /// Enters the last state and says so.
    pub(crate) fn closed(&self, end: &End) {
        self.enter(ReadyState::Closed);
        self.fire_close(end.code, &end.reason, end.clean);
    }

    pub(crate) fn failed(&self, failure: Failure) {
        self.error(&failure.reason.into(), &failure.message.into());
    }

    /// Bytes as this port's `binaryType` wants them.
    pub(crate) fn binary(&self, bytes: &Uint8Array) -> JsValue {
        if self.binary_type() == BinaryType::Blob {
            let parts = js_sys::Array::of1(bytes);
            return Blob::new_with_u8_array_sequence(&parts).map_or_else(|error| error, JsValue::from);
        }
        bytes.slice(0, bytes.length()).buffer().into()
    }
}
