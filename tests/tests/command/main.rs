//! The commands, as processes between pipes and at terminals.

mod documents;
mod endpoints;
#[cfg(unix)]
mod examples;
mod files;
mod peers;
mod pipes;
mod rtt;
mod schema;
mod statuses;
#[cfg(unix)]
mod terminal;
#[cfg(unix)]
mod unix;
mod words;
