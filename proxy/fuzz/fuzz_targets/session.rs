//! Two sessions of matching, and somebody in between who does anything.

#![no_main]

#[path = "../../core/tests/fuzz/bytes.rs"]
mod bytes;
#[path = "../../matching/tests/session/histories.rs"]
mod histories;
#[path = "../../matching/tests/session/pair.rs"]
#[expect(dead_code, reason = "the tests of sessions need more")]
mod pair;
#[path = "../../matching/tests/session/side.rs"]
mod side;

libfuzzer_sys::fuzz_target!(|input: &[u8]| histories::run(input));
