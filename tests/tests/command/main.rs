//! The commands, as processes between pipes and at terminals.

mod documents;
mod endpoints;
mod files;
mod pipes;
mod schema;
mod statuses;
#[cfg(unix)]
mod terminal;
mod words;
