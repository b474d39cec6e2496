//! The browser's own socket.

use wasm_bindgen::prelude::*;
use web_sys::{BinaryType, Event, WebSocket};

use crate::close::Farewell;

#[wasm_bindgen]
extern "C" {
    /// A `WebSocket` that sends JavaScript values as they are: web-sys would copy strings through WebAssembly memory.
    #[wasm_bindgen(extends = WebSocket)]
    pub(crate) type Socket;

    #[wasm_bindgen(method, catch)]
    pub(crate) fn send(this: &Socket, frame: &JsValue) -> Result<(), JsValue>;
}

/// What listens on a socket.
pub(crate) type Listener = Closure<dyn Fn(Event)>;

/// The listeners of a socket, to be kept as long as they may be called.
pub(crate) struct Listeners {
    pub(crate) open: Listener,
    pub(crate) message: Listener,
    pub(crate) error: Listener,
    pub(crate) close: Listener,
}

impl Socket {
    pub(crate) fn connect(url: &str, protocols: &JsValue) -> Result<Self, JsValue> {
        let socket = WebSocket::new_with_str_sequence(url, protocols)?;
        // The head of a frame is read before the page hears of it; a Blob could not be read in time.
        socket.set_binary_type(BinaryType::Arraybuffer);
        Ok(socket.unchecked_into())
    }

    pub(crate) fn listen(&self, listeners: Option<&Listeners>) {
        self.set_onopen(listeners.map(|on| on.open.as_ref().unchecked_ref()));
        self.set_onmessage(listeners.map(|on| on.message.as_ref().unchecked_ref()));
        self.set_onerror(listeners.map(|on| on.error.as_ref().unchecked_ref()));
        self.set_onclose(listeners.map(|on| on.close.as_ref().unchecked_ref()));
    }

    pub(crate) fn leave(&self, farewell: &Farewell) -> Result<(), JsValue> {
        match farewell.code {
            Some(code) => self.close_with_code_and_reason(code, &farewell.reason),
            None => self.close(),
        }
    }
}
