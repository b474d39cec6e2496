//! The client against the built proxy.

#![cfg(not(target_family = "wasm"))]

mod channel;
mod gaps;
mod member;
mod streams;
mod wrong;
