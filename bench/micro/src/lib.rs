//! The hot functions of the proxy, each defined once, for two who measure them.
//!
//! `cargo bench -p nws-micro` times them; `cargo xtask instructions` counts what they execute, by the program of
//! this crate. [`HOT`] lists them. [`GROWTH`] lists what others can make large, to be counted in two sizes. [`turns`] does the largest
//! things that others can have done.

#![forbid(unsafe_code)]

mod growth;
mod hot;
mod room;
mod scene;
mod turns;

pub use growth::{GROWTH, Growth, Work};
pub use hot::{Call, HOT, Hot};
pub use turns::turns;
