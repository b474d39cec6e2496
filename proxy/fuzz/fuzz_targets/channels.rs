//! Channels with clients and other proxies that do anything.

#![no_main]

#[path = "../../core/tests/fuzz/bytes.rs"]
mod bytes;
#[path = "../../core/tests/fuzz/channels.rs"]
mod channels;
#[path = "../../core/tests/fuzz/client.rs"]
mod client;
#[path = "../../core/tests/fuzz/other.rs"]
mod other;
#[path = "../../core/tests/fuzz/steps.rs"]
mod steps;
#[path = "../../core/tests/fuzz/verdict.rs"]
mod verdict;

libfuzzer_sys::fuzz_target!(|input: &[u8]| channels::run(input, std::time::Instant::now()));
