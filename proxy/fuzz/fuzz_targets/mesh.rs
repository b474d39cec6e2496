//! Links to proxies that do anything.

#![no_main]

#[path = "../../core/tests/fuzz/bytes.rs"]
mod bytes;
#[path = "../../core/tests/fuzz/mesh.rs"]
mod mesh;

libfuzzer_sys::fuzz_target!(|input: &[u8]| mesh::run(input, std::time::Instant::now()));
