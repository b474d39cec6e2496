//! The browser's own socket.

use wasm_bindgen::prelude::*;
use web_sys::WebSocket;

use crate::close::Farewell;

#[wasm_bindgen]
extern "C" {
    /// A `WebSocket` whose strings stay in JavaScript: web-sys would copy them through WebAssembly memory.
    #[wasm_bindgen(extends = WebSocket)]
    pub(crate) type Socket;

    #[wasm_bindgen(method, setter, js_name = binaryType)]
    fn set_binary_type_name(this: &Socket, name: &str);

    #[wasm_bindgen(method, catch)]
    pub(crate) fn send(this: &Socket, frame: &JsValue) -> Result<(), JsValue>;
}

impl Socket {
    pub(crate) fn connect(url: &str, protocols: &JsValue) -> Result<Self, JsValue> {
        let socket: Self = WebSocket::new_with_str_sequence(url, protocols)?.unchecked_into();
        // The head of a frame is read before the page hears of it; a Blob could not be read in time.
        socket.set_binary_type_name("arraybuffer");
        Ok(socket)
    }

    /// Browsers do not take `undefined` for a missing code where a reason follows.
    pub(crate) fn leave(&self, farewell: &Farewell) -> Result<(), JsValue> {
        match farewell.code {
            Some(code) => self.close_with_code_and_reason(code, &farewell.reason),
            None => self.close(),
        }
    }
}
