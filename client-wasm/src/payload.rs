//! What a page sends.

use js_sys::{JsString, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
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
    /// Takes one of the three types of value that the facade passes on.
    pub(crate) fn of(value: JsValue) -> Self {
        if value.is_string() {
            return Self::Text(value.unchecked_into());
        }
        value.dyn_into().map_or_else(|blob| Self::Blob(blob.unchecked_into()), Self::Bytes)
    }

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
                let frame = text::carrying(&text, &port.head());
                // Envelope and escapes are ASCII, so characters of overhead are bytes of overhead.
                let overhead = f64::from(frame.length() - text.length());
                Framed { frame: frame.into(), overhead }
            }
            Self::Bytes(bytes) => {
                let frame = binary::carrying(&bytes, port);
                let overhead = f64::from(frame.length() - bytes.length());
                Framed { frame: frame.into(), overhead }
            }
            Self::Blob(blob) => {
                let frame = binary::carrying_blob(&blob, port)?;
                let overhead = frame.size() - blob.size();
                Framed { frame: frame.into(), overhead }
            }
        })
    }
}
