//! Binary frames: only their heads enter WebAssembly memory.

use js_sys::{Array, ArrayBuffer, JsString, Uint8Array};
use nws_protocol::binary::{Frame, InvalidFrame, Kind};
use wasm_bindgen::JsValue;
use web_sys::Blob;

use crate::port::{Port, ROOT};

/// The longest head: a kind, a length, an id.
const HEAD_MAX: u32 = 2 + u8::MAX as u32;

/// A binary frame from the proxy.
pub(crate) struct Arrival {
    pub(crate) kind: Kind,
    pub(crate) source: JsString,
    pub(crate) payload: ArrayBuffer,
}

impl Arrival {
    pub(crate) fn parse(frame: &ArrayBuffer) -> Result<Self, InvalidFrame> {
        let head = Uint8Array::new(frame).subarray(0, HEAD_MAX).to_vec();
        let Frame { kind, id, payload } = Frame::parse(&head)?;
        let start = head.len() - payload.len();
        Ok(Self { kind, source: id.into(), payload: frame.slice_from(start as isize) })
    }
}

/// The frame that carries `bytes` to `port`.
pub(crate) fn carrying(bytes: &Uint8Array, port: &Port) -> Uint8Array {
    let head = head(port);
    let frame = Uint8Array::new_with_length(head.length() + bytes.length());
    frame.set(&head, 0);
    frame.set(bytes, head.length());
    frame
}

/// The same for a Blob: joined, never read, so that it keeps its place among what is sent.
pub(crate) fn carrying_blob(blob: &Blob, port: &Port) -> Result<Blob, JsValue> {
    Blob::new_with_blob_sequence(&Array::of2(&head(port), blob))
}

fn head(port: &Port) -> Uint8Array {
    let broadcast = port.serial() == ROOT;
    let (kind, id) =
        if broadcast { (Kind::Broadcast, String::new()) } else { (Kind::Message, port.id().into()) };
    Uint8Array::from(&Frame { kind, id: &id, payload: &[] }.to_bytes()[..])
}
