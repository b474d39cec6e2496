//! The core of `NetworkWebSocket`, compiled to WebAssembly: what a page's sockets do, behind a class that only
//! looks like the DOM's.
//!
//! The facade (polyfill/) gives every socket object a `Port` and calls [`Core`]; the core reads and writes the ports'
//! plain data and fires their events. Strings and buffers pass through as handles: only channel
//! names, close reasons and the heads of binary frames ever enter WebAssembly memory.

#[cfg(target_family = "wasm")]
mod allocator;
mod backlog;
mod close;
mod core;
mod end;
mod exception;
mod failure;
mod frame;
mod payload;
mod peers;
mod port;
mod queue;
mod reconnect;
mod record;
mod session;
mod socket;
mod state;
mod url;

pub use core::Core;
