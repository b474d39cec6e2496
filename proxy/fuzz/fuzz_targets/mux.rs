//! Both ends of a link, whose streams come, go and carry what anybody says.

#![no_main]

#[path = "../../core/tests/fuzz/bytes.rs"]
#[expect(dead_code, reason = "other histories need more")]
mod bytes;
#[path = "../../core/tests/fuzz/mux.rs"]
mod mux;

libfuzzer_sys::fuzz_target!(|input: &[u8]| mux::run(input, std::time::Instant::now()));
