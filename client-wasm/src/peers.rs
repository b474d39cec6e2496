//! The peers of a channel, by id.

use js_sys::{Array, Iterator, JsString};
use wasm_bindgen::prelude::*;

use crate::port::Port;

#[wasm_bindgen]
extern "C" {
    /// A JavaScript `Map`: ids and ports are looked up without entering WebAssembly memory, and iteration is in order
    /// of arrival.
    #[wasm_bindgen(js_name = Map)]
    pub(crate) type Peers;

    #[wasm_bindgen(constructor, js_class = Map)]
    pub(crate) fn new() -> Peers;

    #[wasm_bindgen(method)]
    pub(crate) fn get(this: &Peers, id: &JsString) -> Option<Port>;

    #[wasm_bindgen(method, js_name = set)]
    pub(crate) fn insert(this: &Peers, id: &JsString, port: &Port);

    #[wasm_bindgen(method, js_name = delete)]
    pub(crate) fn remove(this: &Peers, id: &JsString) -> bool;

    #[wasm_bindgen(method)]
    fn values(this: &Peers) -> Iterator;
}

impl Peers {
    /// The peers of this moment, whatever comes and goes while they are looked at.
    pub(crate) fn ports(&self) -> Array {
        Array::from(&self.values())
    }
}
