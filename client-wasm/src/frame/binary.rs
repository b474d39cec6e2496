//! Binary frames: only their heads enter WebAssembly memory.

use js_sys::{ArrayBuffer, JsString, Uint8Array};
use nws_protocol::binary::{Frame, InvalidFrame, Kind};
use wasm_bindgen::JsValue;
use web_sys::Blob;

use crate::port::{Port, ROOT};

/// The longest head: a kind, a length, an id.
const HEAD_MAX: usize = 2 + u8::MAX as usize;

/// A binary frame from the proxy.
pub(crate) struct Arrival {
    pub(crate) kind: Kind,
    pub(crate) source: JsString,
    pub(crate) payload: Uint8Array,
}

impl Arrival {
    pub(crate) fn parse(frame: &ArrayBuffer) -> Result<Self, InvalidFrame> {
        let frame = Uint8Array::new(frame);
        let mut head = [0; HEAD_MAX];
        let length = frame.length().min(HEAD_MAX as u32);
        let head = &mut head[..length as usize];
        frame.subarray(0, length).copy_to(head);
        let Frame { kind, id, payload } = Frame::parse(head)?;
        let start = length - payload.len() as u32;
        Ok(Self { kind, source: id.into(), payload: frame.subarray(start, frame.length()) })
    }
}

/// The frame that carries `bytes` to `port`, and the length of its head.
pub(crate) fn carrying(bytes: &Uint8Array, port: &Port) -> (Uint8Array, u32) {
    let head = head(port);
    let start = head.len() as u32;
    let frame = Uint8Array::new_with_length(start + bytes.length());
    frame.subarray(0, start).copy_from(&head);
    frame.set(bytes, start);
    (frame, start)
}

/// The same for a Blob: joined, never read, so that it keeps its place among what is sent.
pub(crate) fn carrying_blob(blob: &Blob, port: &Port) -> Result<(Blob, u32), JsValue> {
    let head = head(port);
    let parts = js_sys::Array::of2(&Uint8Array::from(&head[..]), blob);
    Ok((Blob::new_with_blob_sequence(&parts)?, head.len() as u32))
}

fn head(port: &Port) -> Vec<u8> {
    let id = if port.serial() == ROOT { String::new() } else { port.id().into() };
    let kind = if id.is_empty() { Kind::Broadcast } else { Kind::Message };
    Frame { kind, id: &id, payload: &[] }.to_bytes()
}
