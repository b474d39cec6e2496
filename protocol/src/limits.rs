//! Every number that bounds what crosses a wire, or what a proxy keeps of it, with its reason: one
//! file for each wire, and for each thing that is bounded.
//!
//! Sizes are in bytes. These are the defaults; a proxy can be configured otherwise where its
//! `--help` says so. All of them are used by the path of this module.

mod backbone;
mod client;
mod http;
mod link;
mod mesh;
mod process;
mod queue;
mod remotes;
mod turn;

pub use backbone::*;
pub use client::*;
pub use http::*;
pub use link::*;
pub use mesh::*;
pub use process::*;
pub use queue::*;
pub use remotes::*;
pub use turn::*;
