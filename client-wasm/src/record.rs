//! Frames from the proxy, as JavaScript has parsed them.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

/// What a frame is about.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Broadcast = "broadcast",
    Message = "message",
    Connect = "connect",
    Disconnect = "disconnect",
    Status = "status",
    Error = "error",
}

#[wasm_bindgen]
extern "C" {
    /// A member that a frame does not have reads as `undefined`.
    pub(crate) type Record;

    /// Throws where a frame is the JSON text `null`.
    #[wasm_bindgen(method, getter, catch)]
    pub(crate) fn action(this: &Record) -> Result<Action, JsValue>;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn source(this: &Record) -> JsString;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn target(this: &Record) -> JsString;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn code(this: &Record) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn reason(this: &Record) -> JsString;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn data(this: &Record) -> JsValue;
}
