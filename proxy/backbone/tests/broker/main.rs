//! Sites on a real NATS server.

#![expect(clippy::unwrap_used, reason = "these are tests")]

mod hostile;
mod server;
mod site;
mod streams;
