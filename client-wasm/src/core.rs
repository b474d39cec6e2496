//! What the facade calls.

use js_sys::{Array, JsString};
use nws_protocol::{ChannelName, Scope};
use wasm_bindgen::prelude::*;

use crate::close::Farewell;
use crate::end::End;
use crate::payload::Payload;
use crate::port::Port;
use crate::reconnect::Policy;
use crate::session::Session;
use crate::{exception, url};

/// Formatting the reason of protocol's own error would cost a fifth of the module.
const NAME_RULE: &str =
    "a channel name consists of 1 to 255 of A-Z a-z 0-9 + = * . _ - and is neither . nor ..";

/// The core of one `NetworkWebSocket` and of its peers' sockets; each call names the port of the socket it is for.
#[wasm_bindgen]
pub struct Core(Session);

/// What the page asks for.
#[wasm_bindgen]
impl Core {
    /// A channel that is not connected yet. With `max_delay` it connects again after a loss, pausing at most so many
    /// milliseconds between attempts; with `max_queued` it keeps so many bytes meanwhile.
    ///
    /// # Errors
    ///
    /// A `SyntaxError` for a name that no channel can have.
    #[wasm_bindgen(constructor)]
    pub fn new(
        port: Port,
        local: bool,
        channel: &str,
        protocols: JsValue,
        max_delay: Option<f64>,
        max_queued: Option<f64>,
    ) -> Result<Self, JsValue> {
        let channel = ChannelName::new(channel).map_err(|_| exception::syntax(NAME_RULE))?;
        let scope = if local { Scope::Local } else { Scope::Network };
        let policy = max_delay.map(|max_delay| Policy { max_delay, max_queued });
        Ok(Self(Session::new(port, url::path(scope, &channel), protocols, policy)))
    }

    /// Sends a string, a `Uint8Array` or a `Blob`.
    ///
    /// # Errors
    ///
    /// An `InvalidStateError` while the socket is connecting, a `QuotaExceededError` when what waits for a connection
    /// would be too much.
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
}

/// What happens, at the facade's wish or at the browser's socket.
#[wasm_bindgen]
impl Core {
    /// Connects to the proxy behind `endpoint`, when that is what the channel waits for.
    ///
    /// # Errors
    ///
    /// What the browser's own constructor throws.
    pub fn connect(&self, endpoint: &str) -> Result<(), JsValue> {
        self.0.connect(endpoint)
    }

    /// Where the proxy is could not be found out.
    pub fn lost(&self, message: &JsString) {
        self.0.on_lost(message);
    }

    /// The socket is open.
    pub fn opened(&self) {
        self.0.on_open();
    }

    /// A frame has come: a string or an `ArrayBuffer`.
    pub fn received(&self, frame: &JsValue) {
        self.0.on_message(frame);
    }

    /// The connection has failed; `closed` follows, but not in every browser.
    pub fn broke(&self) {
        self.0.on_error();
    }

    /// The socket is closed.
    pub fn closed(&self, code: u16, reason: JsString, clean: bool) {
        self.0.on_close(&End { code, reason, clean });
    }

    /// The time for which a port was to wait is over.
    pub fn awake(&self) {
        self.0.on_wake();
    }

    /// The turn in which a page closed a socket is over.
    pub fn leave(&self, port: &Port, code: u16, reason: JsString) {
        self.0.on_leave(port, &End { code, reason, clean: true });
    }
}
