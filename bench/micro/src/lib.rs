//! The hot functions of the proxy, each defined once, for two programs that measure them.
//!
//! `cargo bench -p nws-micro` times them. `cargo xtask instructions` counts their instructions,
//! with the program of this crate. [`HOT`] lists them. [`GROWTH`] lists work whose amount others
//! decide, which is counted in two sizes. [`turns`] does the largest work that others can cause.

#![forbid(unsafe_code)]

mod growth;
mod hot;
mod room;
mod scene;
#[cfg(unix)]
mod turns;

pub use growth::{GROWTH, Growth, Work};
pub use hot::{Call, HOT, Hot};
#[cfg(unix)]
pub use turns::turns;
