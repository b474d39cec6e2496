//! The functions that the facade calls.

use nws_protocol::ChannelName;
use wasm_bindgen::prelude::*;

use crate::action::Action;
use crate::close::CloseArguments;
use crate::exception;
use crate::failure::Failure;
use crate::host::Host;
use crate::reconnect::Policy;
use crate::session::Session;
use crate::state::ReadyState;

/// The text of the protocol crate's own error would need formatting code, a fifth of the module.
const NAME_RULE: &str = "a channel name has 1 to 255 of A-Z a-z 0-9 + = * . _ - and is neither . nor ..";

/// The core of one `NetworkWebSocket` and of its peers' sockets. A call about one of them has its
/// serial. A call about a peer also has the state of the peer's socket, which that socket keeps.
#[wasm_bindgen]
pub struct Core(Session);

/// The calls that follow from what the page does.
#[wasm_bindgen]
impl Core {
    /// Makes a channel that connects in a later task: a channel that the page closes at once never
    /// joins. With `max_delay` it connects again after a loss, and pauses at most so many
    /// milliseconds between attempts. With `max_queued` it keeps up to so many bytes meanwhile.
    ///
    /// # Errors
    ///
    /// A `SyntaxError` when no channel can have this name.
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

    /// Sends a frame of which `overhead` bytes are not the page's. Gives 0 if it was sent, 1 if it
    /// has to be queued, and 2 if it is discarded because the socket is closed.
    ///
    /// # Errors
    ///
    /// An `InvalidStateError` while the socket is connecting.
    pub fn send(&self, serial: u32, state: u16, frame: &JsValue, overhead: f64) -> Result<u8, JsValue> {
        self.0.send(serial, ReadyState::of(state), frame, overhead).map(|fate| fate as u8)
    }

    /// Sends a frame that is none of a message, and counts it for `serial`.
    #[cfg(feature = "streams")]
    pub fn transmit(&self, serial: u32, frame: &JsValue, overhead: f64) {
        self.0.transmit(serial, frame, overhead);
    }

    /// Checks that `bytes` may be queued besides the `queued` ones.
    ///
    /// # Errors
    ///
    /// A `QuotaExceededError` when they may not.
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
        self.0.close(serial, ReadyState::of(state), &CloseArguments::new(code, reason)?)
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

/// The calls that follow from events of the facade or of the browser's socket.
#[wasm_bindgen]
impl Core {
    /// Connects to the channel at `url`, if the channel waits for that.
    ///
    /// # Errors
    ///
    /// The exceptions of the browser's own constructor.
    pub fn connect(&self, url: &str, protocols: &JsValue) -> Result<(), JsValue> {
        self.0.connect(url, protocols)
    }

    /// The facade could not find out where the proxy is.
    #[wasm_bindgen(js_name = onEndpointFailure)]
    pub fn on_endpoint_failure(&self) {
        self.0.on_endpoint_failure();
    }

    /// The browser's socket is open.
    #[wasm_bindgen(js_name = onOpen)]
    pub fn on_open(&self) {
        self.0.on_open();
    }

    /// A frame has come. `peer` is the state of the socket of the peer that it is about, or 4 if
    /// there is none.
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

    /// The facts that the facade knows about the way to the proxy.
    #[wasm_bindgen(js_name = onFacts)]
    pub fn on_facts(&self, facts: u32) {
        self.0.on_facts(facts);
    }

    /// The time that the host had to wait is over.
    #[wasm_bindgen(js_name = onAwake)]
    pub fn on_awake(&self) {
        self.0.on_awake();
    }

    /// The task in which a page closed a socket has ended.
    #[wasm_bindgen(js_name = onLeft)]
    pub fn on_left(&self, serial: u32, state: u16) {
        self.0.on_left(serial, ReadyState::of(state));
    }
}

/// The code that a page closes a stream with; 1005 if it gives none.
///
/// # Errors
///
/// An `InvalidAccessError` or a `SyntaxError` for a code or a reason that a page may not give.
#[cfg(feature = "streams")]
#[wasm_bindgen(js_name = closeCode)]
pub fn close_code(code: Option<f64>, reason: Option<String>) -> Result<u16, JsValue> {
    Ok(CloseArguments::new(code, reason)?.shown_code())
}

/// The number of the failure that the facts explain, or 0 if they explain none.
#[wasm_bindgen]
pub fn judge(facts: u32) -> u8 {
    Failure::of_facts(facts).map_or(0, |failure| failure as u8)
}
