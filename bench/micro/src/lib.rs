//! The hot functions of the proxy, each defined once, for two who measure them.
//!
//! `cargo bench -p nws-micro` times them; `cargo xtask instructions` counts what they execute, by the program of
//! this crate. [`HOT`] lists them.

#![forbid(unsafe_code)]

mod hot;
mod room;

pub use hot::{Call, HOT, Hot};
