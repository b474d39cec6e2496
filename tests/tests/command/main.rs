//! The commands that are peers of a channel, as processes between pipes.

mod files;
mod pipes;
mod statuses;
mod words;
