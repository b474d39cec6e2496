//! Sites on a real NATS server.

#![expect(clippy::unwrap_used, reason = "these are tests")]

mod hostile;
mod namesakes;
mod relay;
mod server;
mod site;
mod streams;
mod troubles;
