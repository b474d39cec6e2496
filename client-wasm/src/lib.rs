//! The core of `NetworkWebSocket`, compiled to WebAssembly: `nws-client-core`, as JavaScript calls it.
//!
//! The facade (polyfill/) owns all objects, and calls [`Core`] with numbers. The core decides, and says
//! in numbers what to do. Only channel names and close reasons ever enter WebAssembly memory, and
//! nothing here calls the facade.

#[cfg(target_family = "wasm")]
mod allocator;
mod core;
mod exception;
#[cfg(feature = "streams")]
mod streams;

pub use core::{Core, close_code_of, judge};
#[cfg(feature = "streams")]
pub use streams::Streams;
