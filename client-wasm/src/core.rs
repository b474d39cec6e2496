//! What the facade calls.

use std::rc::Rc;

use js_sys::Array;
use nws_protocol::{ChannelName, Scope};
use wasm_bindgen::prelude::*;
use web_sys::WebSocket;

use crate::close::Farewell;
use crate::payload::Payload;
use crate::port::Port;
use crate::session::Session;
use crate::{exception, url};

/// Formatting the reason of protocol's own error would cost a fifth of the module.
const NAME_RULE: &str =
    "a channel name consists of 1 to 255 of A-Z a-z 0-9 + = * . _ - and is neither . nor ..";

/// The core of one `NetworkWebSocket` and of its peers' sockets; each call names the port of the socket it is for.
#[wasm_bindgen]
pub struct Core(Rc<Session>);

#[wasm_bindgen]
impl Core {
    /// Starts to connect.
    ///
    /// # Errors
    ///
    /// A `SyntaxError` for a name that no channel can have, and what the browser's own constructor throws.
    #[wasm_bindgen(constructor)]
    pub fn new(
        port: Port,
        local: bool,
        channel: &str,
        endpoint: &str,
        protocols: &JsValue,
    ) -> Result<Self, JsValue> {
        let channel = ChannelName::new(channel).map_err(|_| exception::syntax(NAME_RULE))?;
        let scope = if local { Scope::Local } else { Scope::Network };
        Session::start(port, &url::of_channel(endpoint, scope, &channel), protocols).map(Self)
    }

    /// Sends a string, a `Uint8Array` or a `Blob`.
    ///
    /// # Errors
    ///
    /// An `InvalidStateError` while the socket is connecting.
    pub fn send(&self, port: &Port, data: JsValue) -> Result<(), JsValue> {
        self.0.send(port, Payload::of(data))
    }

    /// Closes a socket.
    ///
    /// # Errors
    ///
    /// An `InvalidAccessError` or a `SyntaxError` for a code or a reason that a page may not give.
    pub fn close(&self, port: &Port, code: Option<f64>, reason: Option<String>) -> Result<(), JsValue> {
        self.0.close(port, Farewell::new(code, reason)?)
    }

    /// The `readyState` of a socket.
    #[wasm_bindgen(js_name = readyState)]
    pub fn ready_state(&self, port: &Port) -> u16 {
        self.0.ready_state(port).number()
    }

    /// The `bufferedAmount` of a socket.
    #[wasm_bindgen(js_name = bufferedAmount)]
    pub fn buffered_amount(&self, port: &Port) -> f64 {
        self.0.buffered_amount(port)
    }

    /// The ports of the peers that are present, in order of arrival.
    pub fn peers(&self) -> Array {
        self.0.peers()
    }

    /// The browser's own socket.
    #[wasm_bindgen(getter)]
    pub fn socket(&self) -> WebSocket {
        self.0.socket()
    }
}
