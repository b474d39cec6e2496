//! What the facade calls.

use nws_protocol::ChannelName;
use wasm_bindgen::prelude::*;

use crate::action::Action;
use crate::close::Farewell;
use crate::exception;
use crate::failure::Failure;
use crate::host::Host;
use crate::reconnect::Policy;
use crate::session::Session;
use crate::state::ReadyState;

/// Formatting the reason of protocol's own error would cost a fifth of the module.
const NAME_RULE: &str = "a channel name has 1 to 255 of A-Z a-z 0-9 + = * . _ - and is neither . nor ..";

/// The core of one `NetworkWebSocket` and of its peers' sockets. A call that is about one of them has its serial, and of
/// a peer the state, which its socket keeps.
#[wasm_bindgen]
pub struct Core(Session);

/// What the page asks for.
#[wasm_bindgen]
impl Core {
    /// A channel that connects in a later task: one that the page closes at once never joins. With `max_delay` it connects again after a loss, pausing at most so many
    /// milliseconds between attempts; with `max_queued` it keeps so many bytes meanwhile.
    ///
    /// # Errors
    ///
    /// A `SyntaxError` for a name that no channel can have.
    #[wasm_bindgen(constructor)]
    pub fn new(
        host: Host,
        channel: &str,
        max_delay: Option<f64>,
        max_queued: Option<f64>,
    ) -> Result<Self, JsValue> {
        ChannelName::new(channel).map_err(|_| exception::syntax(NAME_RULE))?;
        let policy = max_delay.map(|max_delay| Policy { max_delay, max_queued });
        Ok(Self(Session::start(host, policy)))
    }

    /// Sends a frame of which `overhead` bytes are not the page's. Returns what became of it: 0 it is sent, 1 it is to be
    /// queued, 2 it is discarded, as the socket is closed.
    ///
    /// # Errors
    ///
    /// An `InvalidStateError` while the socket is connecting.
    pub fn send(&self, serial: u32, state: u16, frame: &JsValue, overhead: f64) -> Result<u8, JsValue> {
        self.0.send(serial, ReadyState::of(state), frame, overhead).map(|fate| fate as u8)
    }

    /// Whether `bytes` may be queued besides those that are.
    ///
    /// # Errors
    ///
    /// A `QuotaExceededError` if not.
    #[wasm_bindgen(js_name = checkRoom)]
    pub fn check_room(&self, queued: f64, bytes: f64) -> Result<(), JsValue> {
        self.0.check_room(queued + bytes)
    }

    /// Closes a socket.
    ///
    /// # Errors
    ///
    /// An `InvalidAccessError` or a `SyntaxError` for a code or a reason that a page may not give.
    pub fn close(
        &self,
        serial: u32,
        state: u16,
        code: Option<f64>,
        reason: Option<String>,
    ) -> Result<(), JsValue> {
        self.0.close(serial, ReadyState::of(state), &Farewell::new(code, reason)?)
    }

    /// The `readyState` of a socket.
    #[wasm_bindgen(js_name = readyState)]
    pub fn ready_state(&self, serial: u32, state: u16) -> u16 {
        self.0.ready_state(serial, ReadyState::of(state)).number()
    }

    /// The payload bytes of a socket that the browser has not sent.
    #[wasm_bindgen(js_name = bufferedAmount)]
    pub fn buffered_amount(&self, serial: u32) -> f64 {
        self.0.buffered_amount(serial)
    }
}

/// What happens, at the facade's wish or at the browser's socket.
#[wasm_bindgen]
impl Core {
    /// Connects to the channel at `url`, when that is what it waits for.
    ///
    /// # Errors
    ///
    /// What the browser's own constructor throws.
    pub fn connect(&self, url: &str, protocols: &JsValue) -> Result<(), JsValue> {
        self.0.connect(url, protocols)
    }

    /// Where the proxy is could not be found out.
    #[wasm_bindgen(js_name = onEndpointFailure)]
    pub fn on_endpoint_failure(&self) {
        self.0.on_endpoint_failure();
    }

    /// The browser's socket is open.
    #[wasm_bindgen(js_name = onOpen)]
    pub fn on_open(&self) {
        self.0.on_open();
    }

    /// A frame has come; of the peer that it is about, the state, 4 if there is none.
    #[wasm_bindgen(js_name = onFrame)]
    pub fn on_frame(&self, action: u8, peer: u16) {
        self.0.on_frame(Action::of(action), ReadyState::of_known(peer));
    }

    /// The connection has failed; `onClose` follows, but not in every browser.
    #[wasm_bindgen(js_name = onError)]
    pub fn on_error(&self) {
        self.0.on_error();
    }

    /// The browser's socket is closed.
    #[wasm_bindgen(js_name = onClose)]
    pub fn on_close(&self, code: u16) {
        self.0.on_close(code);
    }

    /// What is known of the way to the proxy.
    #[wasm_bindgen(js_name = onFacts)]
    pub fn on_facts(&self, facts: u32) {
        self.0.on_facts(facts);
    }

    /// The time for which the host was to wait is over.
    #[wasm_bindgen(js_name = onAwake)]
    pub fn on_awake(&self) {
        self.0.on_awake();
    }

    /// The turn in which a page closed a socket is over.
    #[wasm_bindgen(js_name = onLeft)]
    pub fn on_left(&self, serial: u32, state: u16) {
        self.0.on_left(serial, ReadyState::of(state));
    }
}

/// The number of what speaks against a connection, 0 if the facts have nothing.
#[wasm_bindgen]
pub fn judge(facts: u32) -> u8 {
    Failure::of_facts(facts).map_or(0, |failure| failure as u8)
}
