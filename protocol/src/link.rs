//! What two proxies say to each other: `nws-link.v1`, over TLS and a WebSocket of binary messages, one
//! [`LinkFrame`] each.
//!
//! A frame is `[kind: 1 byte][body]`, numbers are big-endian. The upper bit of a kind says that a
//! proxy which does not know it may ignore the frame; any other unknown kind ends the link. The frames
//! up to [`LinkFrame::Leave`] find out which channels both sides know; each channel found is a pair of
//! byte streams from then on, one in each direction, which [`LinkFrame::Data`] carries in pieces and in which
//! [`Record`]s follow each other.

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

/// What says of a kind that whoever does not know it may ignore it.
const IGNORABLE: u8 = 0x80;
