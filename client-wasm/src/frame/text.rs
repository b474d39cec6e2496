//! Structured frames: JSON by the browser's own parser, whose strings never enter WebAssembly memory.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use crate::record::Record;

/// The question to which the answer carries the own id.
pub(crate) const STATUS: &str = r#"{"action":"status"}"#;

/// What stands before the data of a broadcast.
pub(crate) const BROADCAST: &str = r#"{"action":"broadcast","data":"#;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = JSON, js_name = parse)]
    fn parse_value(text: &JsString) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = JSON)]
    fn stringify(value: &JsValue) -> JsString;
}

// rustfmt drops the value.
#[rustfmt::skip]
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, static_string)]
    static END: JsString = "}";
}

/// What stands before the data of a message to `target`.
pub(crate) fn message(target: &JsString) -> JsString {
    let head = JsString::from(r#"{"action":"message","target":"#);
    head.concat(&stringify(target)).concat(&r#","data":"#.into())
}

/// The frame of `text` behind its `head`.
pub(crate) fn carrying(text: &JsString, head: &JsString) -> JsString {
    END.with(|end| head.concat(&stringify(text)).concat(end))
}

pub(crate) fn parse(frame: &JsString) -> Result<Record, JsValue> {
    parse_value(frame).map(JsCast::unchecked_into)
}

/// The data of a frame as a page gets it: a string as it is, anything else as its JSON text.
pub(crate) fn data(record: &Record, frame: &JsString) -> JsValue {
    let data = record.data();
    if data.is_string() { data } else { source_text(frame).unwrap_or_else(|| stringify(&data)).into() }
}

/// The last member's value as it stands in `frame`, if that member is `data`: parsing would lose the digits of large
/// numbers. A proxy writes `data` last; in another order, what is cut out here does not parse.
fn source_text(frame: &JsString) -> Option<JsString> {
    const MEMBER: &str = r#""data":"#;
    let start = u32::try_from(frame.index_of(MEMBER, 0)).ok()? + MEMBER.len() as u32;
    let text = frame.slice(start, frame.length() - 1);
    parse_value(&text).is_ok().then_some(text)
}
