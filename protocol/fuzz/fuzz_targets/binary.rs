//! Binary frames: read, and written as they came.

#![no_main]

#[path = "../../tests/wire/properties/binary.rs"]
mod binary;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| binary::check(bytes));
