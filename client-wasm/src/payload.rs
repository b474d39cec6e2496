//! What a page sends.

use js_sys::{JsString, Uint8Array};
use wasm_bindgen::JsValue;
use web_sys::Blob;

use crate::frame::{binary, text};
use crate::port::Port;

/// A message before it is framed.
pub(crate) enum Payload {
    Text(JsString),
    Bytes(Uint8Array),
    Blob(Blob),
}

/// A message as it is handed to the socket.
pub(crate) struct Framed {
    pub(crate) frame: JsValue,
    /// The bytes of the frame that are not the page's.
    pub(crate) overhead: f64,
}

impl Payload {
    /// Its length as `bufferedAmount` counts it.
    pub(crate) fn length(&self) -> f64 {
        match self {
            Self::Text(text) => String::from(text).len() as f64,
            Self::Bytes(bytes) => f64::from(bytes.length()),
            Self::Blob(blob) => blob.size(),
        }
    }

    pub(crate) fn framed(self, port: &Port) -> Result<Framed, JsValue> {
        Ok(match self {
            Self::Text(text) => {
                let frame = text::carrying(&text, port);
                // Envelope and escapes are ASCII, so characters of overhead are bytes of overhead.
                let overhead = f64::from(frame.length() - text.length());
                Framed { frame: frame.into(), overhead }
            }
            Self::Bytes(bytes) => {
                let (frame, head) = binary::carrying(&bytes, port);
                Framed { frame: frame.into(), overhead: f64::from(head) }
            }
            Self::Blob(blob) => {
                let (frame, head) = binary::carrying_blob(&blob, port)?;
                Framed { frame: frame.into(), overhead: f64::from(head) }
            }
        })
    }
}
