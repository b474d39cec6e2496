//! Two proxies find the channels that they share, and tell each other nothing of the others.
//!
//! One [`Session`] belongs to one link: it offers our channels, answers what the other side asks,
//! and says which slots of both sides stand for the same channel. [`RateLimits`] bounds how many
//! guesses and handshakes the other sides are granted. [`Allowance`] bounds how much one of them
//! may say before a channel is matched. None of them does IO, reads a clock or draws a random
//! number.

#![forbid(unsafe_code)]

mod keys;
mod oprf;
mod random;
mod rate_limits;
mod refusal;
mod session;
#[cfg(test)]
mod vectors;
mod work;

pub use rate_limits::{Allowance, LinkKey, RateLimits, RateLimitsConfig};
pub use refusal::Refusal;
pub use session::{Input, Output, PeerSlot, Role, Session, SessionConfig};
pub use work::{Finished, Work};
