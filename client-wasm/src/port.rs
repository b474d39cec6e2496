//! The page's side of a socket: the plain data that it keeps for the core, and the events that the core fires on it.
//!
//! All of it lives in JavaScript, so that a socket which is closed and forgotten is garbage like any other object.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use crate::end::End;
use crate::failure::Failure;
use crate::socket::Socket;
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

    /// What stands before the data in every structured frame that is sent through it.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn head(this: &Port) -> JsString;
    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_head(this: &Port, head: &JsString);

    #[wasm_bindgen(method, getter)]
    fn state(this: &Port) -> u16;
    #[wasm_bindgen(method, setter)]
    fn set_state(this: &Port, state: u16);

    /// The bytes that were given to it after it was closed.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn discarded(this: &Port) -> f64;
    #[wasm_bindgen(method, setter)]
    fn set_discarded(this: &Port, bytes: f64);

    /// Makes the port of a peer.
    #[wasm_bindgen(method)]
    pub(crate) fn peer(this: &Port, serial: u32, id: &JsString) -> Port;

    /// Finds out where the proxy is, and calls the core's `connect`.
    #[wasm_bindgen(method)]
    pub(crate) fn connect(this: &Port);

    /// Calls the core for what happens at `socket` from here on, and never again for another one.
    #[wasm_bindgen(method)]
    pub(crate) fn listen(this: &Port, socket: &Socket);

    /// Lets go of the socket.
    #[wasm_bindgen(method)]
    pub(crate) fn unlisten(this: &Port);

    /// Calls the core's `awake` after so many milliseconds, or when there is reason to hope: the network is back, or
    /// somebody looks at the page. There is one such wait at a time.
    #[wasm_bindgen(method)]
    pub(crate) fn wait(this: &Port, milliseconds: f64);

    /// Forgets the wait.
    #[wasm_bindgen(method)]
    pub(crate) fn calm(this: &Port);

    /// Calls the core's `leave` for `port` once the page's present turn is over, as `close()` never fires an event by itself.
    #[wasm_bindgen(method, js_name = leaveSoon)]
    pub(crate) fn leave_soon(this: &Port, port: &Port, code: u16, reason: &JsString);

    /// Fires `open`.
    #[wasm_bindgen(method)]
    pub(crate) fn opened(this: &Port);

    /// Fires `message`, with an `ArrayBuffer` as its `binaryType` asks.
    #[wasm_bindgen(method)]
    pub(crate) fn message(this: &Port, data: &JsValue, source: &JsString, peer: Option<&Port>);

    /// Fires `error`.
    #[wasm_bindgen(method)]
    pub(crate) fn error(this: &Port, reason: &JsValue, message: &JsValue);

    /// Fires `close`.
    #[wasm_bindgen(method)]
    fn closed(this: &Port, code: u16, reason: &JsString, clean: bool);

    /// Fires `connect`.
    #[wasm_bindgen(method)]
    pub(crate) fn connected(this: &Port, peer: &Port);

    /// Fires `disconnect`.
    #[wasm_bindgen(method)]
    pub(crate) fn disconnected(this: &Port, peer: &Port);

    /// Fires `reconnecting`.
    #[wasm_bindgen(method)]
    pub(crate) fn reconnecting(this: &Port, attempt: u32, delay: f64);
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

    pub(crate) fn open(&self) {
        self.enter(ReadyState::Open);
        self.opened();
    }

    pub(crate) fn fail(&self, failure: Failure) {
        self.error(&failure.reason.into(), &failure.message.into());
    }

    pub(crate) fn end(&self, end: &End) {
        self.enter(ReadyState::Closed);
        self.closed(end.code, &end.reason, end.clean);
    }
}
