//! The built proxy, over real sockets, against the description of its interface.

mod chosen;
mod command;
mod endpoints;
mod errors;
mod flow;
mod garbage;
mod hosts;
mod keepalive;
mod limits;
#[cfg(target_os = "linux")]
mod memory;
mod messages;
mod names;
mod origins;
mod pages;
mod peer_streams;
mod presence;
mod raw;
mod refusals;
#[cfg(target_os = "linux")]
mod sandbox;
#[cfg(target_os = "linux")]
mod service;
mod shutdown;
mod sites;
mod standstill;
#[cfg(unix)]
mod streams;
#[cfg(unix)]
mod unix;
mod welcome;
