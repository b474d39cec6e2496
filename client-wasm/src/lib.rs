//! The core of `NetworkWebSocket`, compiled to WebAssembly. It decides what a page's sockets do.
//! The class that the page sees only looks like those of the DOM.
//!
//! The facade (polyfill/) owns all objects, and calls [`Core`] with numbers. The core decides, and
//! lets the facade's `Host` fire the events. Only channel names, endpoints and close reasons ever
//! enter WebAssembly memory.

mod action;
#[cfg(target_family = "wasm")]
mod allocator;
mod backlog;
mod close;
mod core;
mod exception;
mod failure;
mod host;
#[cfg(test)]
mod numbers;
mod reconnect;
mod session;
mod socket;
mod state;
#[cfg(feature = "streams")]
mod streams;

pub use core::{Core, judge};
#[cfg(feature = "streams")]
pub use {core::close_code, streams::Streams};
