//! Exceptions of the kinds that WebSocket throws.

use nws_client_core::Refusal;
use nws_client_core::session::Misuse;
use wasm_bindgen::JsValue;
use web_sys::DomException;

pub(crate) fn syntax(message: &str) -> JsValue {
    named(message, "SyntaxError")
}

pub(crate) fn of_misuse(misuse: Misuse) -> JsValue {
    match misuse {
        Misuse::NotOpen => named("the socket is still connecting", "InvalidStateError"),
        Misuse::TooMuchQueued => named("too much is queued", "QuotaExceededError"),
    }
}

pub(crate) fn of_refusal(refusal: Refusal) -> JsValue {
    match refusal {
        Refusal::Code => named("a close code is 1000 or 3000 to 4999", "InvalidAccessError"),
        Refusal::Reason => syntax("a close reason has at most 123 bytes"),
    }
}

fn named(message: &str, name: &str) -> JsValue {
    // A constructor with two strings does not throw. If it did, that exception would do as well.
    DomException::new_with_message_and_name(message, name).map_or_else(|error| error, JsValue::from)
}
