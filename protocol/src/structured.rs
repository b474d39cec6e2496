//! Structured frames: JSON objects, one in each WebSocket text frame.

mod arrival;
mod decimal;
mod notice;
mod request;
mod saying;
mod stream_frame;

pub use arrival::Arrival;
pub use notice::{LeaveReason, Notice};
pub use request::{ErrorCode, Refusal, Request};
pub use saying::{STATUS, STATUS_WITH_STREAMS, Saying};
pub use stream_frame::{StreamEvent, StreamFrame};
