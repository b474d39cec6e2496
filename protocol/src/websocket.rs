//! WebSocket framing (RFC 6455) as a server speaks it to clients, and as both sides of a link speak
//! it to each other.
//!
//! This is our own code, because a library keeps a read buffer for each connection and builds a
//! message for each frame. Here a frame is read in the buffer in which it came, and written once
//! for all its recipients. On a link, where messages are single frames, each is read into the
//! buffer that goes on, and written without being copied. The tests compare it with tungstenite.

mod decoder;
mod encoder;
mod event;
mod frames;
mod header;
mod mask;
mod violation;

pub use decoder::Decoder;
pub use encoder::{frame_len, write_close, write_frame, write_header, write_masked_header};
pub use event::{Event, utf8};
pub use frames::{FrameReader, WholeFrame};
pub use header::Sender;
pub use mask::apply as apply_mask;
pub use violation::Violation;

/// Payload of a control frame (RFC 6455, section 5.5).
const CONTROL_MAX: usize = 125;

/// The kind of a frame (RFC 6455, section 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opcode {
    /// The next part of a message.
    Continuation = 0,
    /// Text in UTF-8.
    Text = 1,
    /// Bytes.
    Binary = 2,
    /// The last frame of its sender.
    Close = 8,
    /// A question, which is answered by a pong with the same payload.
    Ping = 9,
    /// The answer to a ping.
    Pong = 10,
}

impl Opcode {
    const fn from_bits(bits: u8) -> Option<Self> {
        match bits {
            0 => Some(Self::Continuation),
            1 => Some(Self::Text),
            2 => Some(Self::Binary),
            8 => Some(Self::Close),
            9 => Some(Self::Ping),
            10 => Some(Self::Pong),
            _ => None,
        }
    }

    const fn is_control(self) -> bool {
        self as u8 >= Self::Close as u8
    }
}
