//! The client against the built proxy.

#![cfg(not(target_family = "wasm"))]
#![expect(clippy::wildcard_enum_match_arm, reason = "a test waits for one event of many")]

mod channel;
mod gaps;
mod member;
mod options;
mod pretender;
mod proxies;
mod streams;
mod wrong;
