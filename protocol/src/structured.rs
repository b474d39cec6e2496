//! Structured frames: JSON objects, one in each WebSocket text frame.

mod decimal;
mod notice;
mod request;

pub use notice::{LeaveReason, Notice};
pub use request::{ErrorCode, Refusal, Request};
