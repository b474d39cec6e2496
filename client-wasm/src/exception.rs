//! Exceptions of the kinds that WebSocket throws.

use wasm_bindgen::JsValue;
use web_sys::DomException;

use crate::close::Refusal;

pub(crate) fn invalid_state(message: &str) -> JsValue {
    named(message, "InvalidStateError")
}

pub(crate) fn syntax(message: &str) -> JsValue {
    named(message, "SyntaxError")
}

pub(crate) fn quota_exceeded(message: &str) -> JsValue {
    named(message, "QuotaExceededError")
}

impl From<Refusal> for JsValue {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Code => named("a close code is 1000 or 3000 to 4999", "InvalidAccessError"),
            Refusal::Reason => syntax("a close reason has at most 123 bytes"),
        }
    }
}

fn named(message: &str, name: &str) -> JsValue {
    // A constructor with two strings does not throw. If it did, that exception would do as well.
    DomException::new_with_message_and_name(message, name).map_or_else(|error| error, JsValue::from)
}
