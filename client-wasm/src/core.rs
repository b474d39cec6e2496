//! The session of a channel, as the facade calls it: see [`nws_client_core::session`].
//!
//! Only numbers cross, and steps as [`Step::packed`] has them. A state of the connection is a
//! `readyState` of the browser's own socket.
//!
//! [`Step::packed`]: nws_client_core::session::Step::packed

use nws_client_core::session::{Input, InputCode, StepCode};
use nws_client_core::{Failure, Policy, ReadyState, Session, close_code};
use nws_protocol::ChannelName;
use wasm_bindgen::prelude::*;

use crate::exception;

/// The text of the protocol crate's own error would need formatting code, a fifth of the module.
const NAME_RULE: &str = "a channel name has 1 to 255 of A-Z a-z 0-9 + = * . _ - and is neither . nor ..";

/// The session of a channel. Sockets have serials: 0 is the channel's own.
#[wasm_bindgen]
pub struct Core(Session);

#[wasm_bindgen]
impl Core {
    /// Makes a channel. With `max_delay` it connects again after a loss, and pauses at most so many
    /// milliseconds between attempts. With `max_queued` it keeps up to so many bytes meanwhile. Ask
    /// `step` for its first steps.
    ///
    /// # Errors
    ///
    /// A `SyntaxError` when no channel can have this name.
    #[wasm_bindgen(constructor)]
    pub fn new(channel: &str, max_delay: Option<f64>, max_queued: Option<f64>) -> Result<Self, JsValue> {
        ChannelName::new(channel).map_err(|_| exception::syntax(NAME_RULE))?;
        let policy = max_delay.map(|max_delay| Policy { max_delay, max_queued });
        Ok(Self(Session::new(policy)))
    }

    /// Takes an input: its `InputCode`, and its values where it has any. Gives its first step.
    pub fn on(&mut self, input: u32, value: u32, second: f64) -> f64 {
        let Some(code) = InputCode::of(input) else { return f64::from(StepCode::Done.number()) };
        self.0.handle(Input::of(code, value, second));
        self.step()
    }

    /// The next step of the innermost input that is not done.
    pub fn step(&mut self) -> f64 {
        match self.0.next_step() {
            Some(step) => step.packed(!self.0.end_if_done()),
            None => f64::from(StepCode::Done.number()),
        }
    }

    /// The pause before the next attempt, in milliseconds. `chance` is random, from 0 to 1.
    #[must_use]
    pub fn delay(&self, chance: f64) -> f64 {
        self.0.delay(chance)
    }

    /// What becomes of a frame of a socket: a `Fate`. If it is sent, `onSent` follows.
    ///
    /// # Errors
    ///
    /// An `InvalidStateError` while the socket is connecting.
    pub fn send(&self, serial: u32, connection: u32) -> Result<u32, JsValue> {
        let fate = self.0.send(serial, state(connection)).map_err(exception::of_misuse)?;
        Ok(fate.number())
    }

    /// The connection has got a frame, of which `overhead` bytes are not the page's. There waited
    /// `before` bytes before, and `bytes` more now.
    #[wasm_bindgen(js_name = onSent)]
    pub fn on_sent(&mut self, serial: u32, before: f64, bytes: f64, overhead: f64) {
        self.0.on_sent(serial, before, bytes, overhead);
    }

    /// Checks that so many bytes may be queued in all.
    ///
    /// # Errors
    ///
    /// A `QuotaExceededError` when they may not.
    #[wasm_bindgen(js_name = checkRoom)]
    pub fn check_room(&self, bytes: f64) -> Result<(), JsValue> {
        self.0.check_room(bytes).map_err(exception::of_misuse)
    }

    /// The `readyState` of a socket.
    #[wasm_bindgen(js_name = readyState)]
    pub fn ready_state(&self, serial: u32, connection: u32) -> u32 {
        self.0.ready_state(serial, state(connection)).number()
    }

    /// The payload bytes of a socket that wait, when `waiting` bytes wait for the connection.
    #[wasm_bindgen(js_name = bufferedAmount)]
    pub fn buffered_amount(&mut self, serial: u32, waiting: f64) -> f64 {
        self.0.buffered_amount(serial, waiting)
    }
}

fn state(number: u32) -> ReadyState {
    ReadyState::of(number).unwrap_or(ReadyState::Closed)
}

/// The code that a `close` event shows where a page has closed a socket with these; 1005 if it gives
/// none.
///
/// # Errors
///
/// An `InvalidAccessError` or a `SyntaxError` for a code or a reason that a page may not give.
#[wasm_bindgen(js_name = closeCode)]
pub fn close_code_of(code: Option<f64>, reason: &str) -> Result<u16, JsValue> {
    close_code(code, reason).map_err(exception::of_refusal)
}

/// The number of the `Failure` that the facts explain, or -1 if they explain none.
#[wasm_bindgen]
#[must_use]
pub fn judge(facts: u32) -> i32 {
    Failure::of_facts(facts).map_or(-1, |failure| failure.number() as i32)
}

#[cfg(test)]
mod tests {
    use nws_client_core::session::HAS_MORE;

    use super::*;

    #[test]
    fn an_input_gives_its_first_step_and_says_whether_there_are_more() {
        let mut core = Core(Session::new(None));
        let code = |step: StepCode| f64::from(step.number());
        assert_eq!(core.step(), code(StepCode::Wait));
        assert_eq!(core.on(InputCode::Awake.number(), 0, 0.0), code(StepCode::Locate));
        assert_eq!(core.on(InputCode::Located.number(), 0, 0.0), code(StepCode::Dial));
        let asked = f64::from(StepCode::AskStatus.number() | HAS_MORE);
        assert_eq!(core.on(InputCode::Connected.number(), 0, 0.0), asked);
        assert_eq!(core.step() % f64::from(HAS_MORE), code(StepCode::Wait));
        assert_eq!(core.on(InputCode::Frame.number(), 99, 0.0), code(StepCode::Done));
    }
}
