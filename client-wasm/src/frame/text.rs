//! Structured frames: JSON by the browser's own parser, whose strings never enter WebAssembly memory.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use crate::port::{Port, ROOT};

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
    /// A frame from the proxy. A member that it does not have reads as `undefined`.
    pub(crate) type Frame;

    #[wasm_bindgen(catch, js_namespace = JSON, js_name = parse)]
    fn parse_frame(text: &JsString) -> Result<Frame, JsValue>;
    #[wasm_bindgen(catch, js_namespace = JSON, js_name = parse)]
    fn parse_value(text: &JsString) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = JSON, js_name = stringify)]
    fn stringify(value: &JsValue) -> JsString;

    /// Throws where the JSON is `null`.
    #[wasm_bindgen(method, getter, catch)]
    pub(crate) fn action(this: &Frame) -> Result<Action, JsValue>;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn source(this: &Frame) -> JsString;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn target(this: &Frame) -> JsString;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn code(this: &Frame) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn reason(this: &Frame) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn data(this: &Frame) -> JsValue;

    #[wasm_bindgen(thread_local_v2, static_string)]
    static STATUS: JsString;
    #[wasm_bindgen(thread_local_v2, static_string)]
    static BROADCAST: JsString;
    #[wasm_bindgen(thread_local_v2, static_string)]
    static MESSAGE: JsString;
    #[wasm_bindgen(thread_local_v2, static_string)]
    static DATA: JsString;
    #[wasm_bindgen(thread_local_v2, static_string)]
    static END: JsString;
}

impl Frame {
    pub(crate) fn parse(text: &JsString) -> Result<Self, JsValue> {
        parse_frame(text)
    }

    /// `data` as a page gets it: a string as it is, anything else as its JSON text.
    pub(crate) fn text(&self, frame: &JsString) -> JsValue {
        let data = self.data();
        if data.is_string() {
            return data;
        }
        source_text(frame).unwrap_or_else(|| stringify(&data)).into()
    }
}

/// The question to which the answer carries the own id.
pub(crate) fn status() -> JsString {
    STATUS.with(JsString::clone)
}

/// The frame that carries `text` to `port`.
pub(crate) fn carrying(text: &JsString, port: &Port) -> JsString {
    let data = stringify(text);
    let head = if port.serial() == ROOT {
        BROADCAST.with(JsString::clone)
    } else {
        let head = MESSAGE.with(|head| head.concat(&stringify(&port.id())));
        DATA.with(|data| head.concat(data))
    };
    END.with(|end| head.concat(&data).concat(end))
}

/// The last member's value as it stands in `frame`, if that member is `data`: parsing would lose the digits of large
/// numbers. A proxy writes `data` last; in another order, what is cut out here does not parse.
fn source_text(frame: &JsString) -> Option<JsString> {
    const MEMBER: &str = r#""data":"#;
    let start = u32::try_from(frame.index_of(MEMBER, 0)).ok()? + MEMBER.len() as u32;
    let text = frame.slice(start, frame.length() - 1).trim();
    parse_value(&text).is_ok().then_some(text)
}
