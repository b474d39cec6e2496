//! What a client of Network Web Sockets decides, without input and output.
//!
//! [`Session`] is a channel as a page sees it; [`Streams`] are the streams of its socket. Both are
//! told what happens, and say what to do. Clock, chance and connection belong to their owner.

mod action;
mod backlog;
mod close;
mod failure;
mod fate;
pub mod numbered;
mod reconnect;
pub mod session;
mod sorted;
mod state;
pub mod streams;

pub use action::Action;
pub use close::{ABNORMAL, GOING_AWAY, NO_STATUS, Refusal, close_code};
pub use failure::{Fact, Failure, ORIGIN};
pub use fate::Fate;
pub use reconnect::Policy;
pub use session::Session;
pub use state::ReadyState;
pub use streams::Streams;
