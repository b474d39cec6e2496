//! What a proxy tells of itself: to whom, and that it is true.

mod access;
mod actions;
mod addresses;
mod asking;
mod candidates;
mod clients;
mod command;
mod dashboard;
mod document;
mod flood;
mod limits;
mod links;
mod live;
mod metrics;
mod notices;
#[cfg(target_os = "linux")]
mod prometheus;
mod refusals;
mod token;
