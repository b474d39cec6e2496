//! Structured frames against the rules, said once more on `serde_json::Value`.

#![no_main]

#[path = "../../tests/wire/properties/request.rs"]
mod request;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| request::check(text));
