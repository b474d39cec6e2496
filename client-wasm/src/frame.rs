//! Frames between the facade and the core: what a structured one is about, and the heads of binary ones.

use nws_protocol::binary::{Frame, Kind};
use wasm_bindgen::prelude::*;

/// What a frame is about, by the numbers that the facade gives to the actions of the wire.
pub(crate) mod action {
    pub(crate) const BROADCAST: u8 = 1;
    pub(crate) const MESSAGE: u8 = 2;
    pub(crate) const CONNECT: u8 = 3;
    pub(crate) const DISCONNECT: u8 = 4;
    pub(crate) const STATUS: u8 = 5;
    pub(crate) const ERROR: u8 = 6;
    /// It is no frame at all. Any other number is an action that a later proxy may have.
    pub(crate) const UNREADABLE: u8 = 7;
}

/// The bytes before the payload of a binary frame to a peer, or to everybody where `target` is empty.
#[wasm_bindgen]
pub fn head(target: &str) -> Vec<u8> {
    let kind = if target.is_empty() { Kind::Broadcast } else { Kind::Message };
    Frame { kind, id: target, payload: &[] }.to_bytes()
}

/// Where the payload of a binary frame begins, above 16 bits its action; 0 if it is none. The source is what precedes the
/// payload, but for two bytes. No head is longer than 257 bytes.
#[wasm_bindgen]
pub fn split(frame: &[u8]) -> u32 {
    Frame::parse(frame).map_or(0, |parsed| {
        let action = match parsed.kind {
            Kind::Broadcast => action::BROADCAST,
            Kind::Message => action::MESSAGE,
        };
        u32::from(action) << 16 | (frame.len() - parsed.payload.len()) as u32
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_split_where_they_end() {
        for (target, action) in [("", action::BROADCAST), ("peer", action::MESSAGE)] {
            let mut frame = head(target);
            let length = frame.len() as u32;
            frame.extend(b"payload");
            assert_eq!(split(&frame), u32::from(action) << 16 | length);
        }
    }

    #[test]
    fn what_is_no_frame_is_zero() {
        for frame in [&b""[..], b"\x01", b"\x03\x00", b"\x02\x05abcd", b"\x02\x01\xff"] {
            assert_eq!(split(frame), 0, "{frame:?}");
        }
    }
}
