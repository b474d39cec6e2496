//! Structured frames: the JSON objects of the newer seed, one per WebSocket text frame.

mod decimal;
mod notice;
mod request;

pub use notice::{LeaveReason, Notice};
pub use request::{ErrorCode, Refusal, Request};
