//! The browser's own socket.

use wasm_bindgen::prelude::*;
use web_sys::WebSocket;

use crate::close::CloseArguments;

#[wasm_bindgen]
extern "C" {
    /// A `WebSocket` whose `send` is only called when it cannot throw.
    #[wasm_bindgen(extends = WebSocket)]
    pub(crate) type Socket;

    #[wasm_bindgen(method)]
    pub(crate) fn send(this: &Socket, frame: &JsValue);
}

impl Socket {
    pub(crate) fn connect(url: &str, protocols: &JsValue) -> Result<Self, JsValue> {
        WebSocket::new_with_str_sequence(url, protocols).map(JsCast::unchecked_into)
    }

    /// Browsers do not accept `undefined` as a missing code before a reason.
    pub(crate) fn close_with(&self, arguments: &CloseArguments) -> Result<(), JsValue> {
        match arguments.code {
            Some(code) => self.close_with_code_and_reason(code, &arguments.reason),
            None => self.close(),
        }
    }
}
