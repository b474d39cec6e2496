//! Finds, installs and runs the tools that the project's own commands need.
//!
//! `xtask` and the judge of benchmarks share them.

#![expect(clippy::print_stdout, reason = "commands announce in a terminal what they start")]

pub mod broker;
pub mod browser;
pub mod checkout;
pub mod dnsmasq;
pub mod lab;
pub mod npm;
pub mod paths;
pub mod python;

mod debian;
mod node;
mod step;

pub use debian::{install, install_all};
pub use node::need as need_node;
pub use step::{Begun, Step};
