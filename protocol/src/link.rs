//! The protocol between two proxies: `nws-link.v1`, over TLS and a WebSocket of binary messages,
//! each of which is one [`LinkFrame`].
//!
//! A frame is `[kind: 1 byte][body]`, and numbers are big-endian. The upper bit of a kind says that
//! a proxy which does not know it may ignore the frame. Any other unknown kind ends the link. The
//! frames up to [`LinkFrame::Leave`] find out which channels both sides know. From then on each
//! channel that was found is a pair of byte streams, one in each direction. [`LinkFrame::Data`]
//! carries a stream in pieces, and [`Record`]s follow each other in it.

mod assembler;
mod frame;
mod hello;
mod record;

pub use assembler::{Assembled, Assembler, LongRecord};
pub use frame::{DATA_HEAD_LEN, Element, InvalidLinkFrame, LinkFrame, Slot, TAG_LEN, Tag, write_data_head};
pub use hello::{Hello, VERSION};
pub use record::{InvalidRecord, Payload, Record, RecordHead};

/// The subprotocol of the WebSocket.
pub const SUBPROTOCOL: &str = "nws-link.v1";

/// The path of the WebSocket.
pub const PATH: &str = "/nws-link";

/// The bit of a kind that allows a proxy to ignore it if it does not know it.
const IGNORABLE: u8 = 0x80;
