//! What is in frames.

use nws_protocol::link::{Element, LinkFrame};

/// The generator of ristretto255 (RFC 9496, appendix A.1).
pub(crate) const ELEMENT: Element = [
    0xe2, 0xf2, 0xae, 0x0a, 0x6a, 0xbc, 0x4e, 0x71, 0xa8, 0x84, 0xa9, 0x61, 0xc5, 0x00, 0x51, 0x5f, 0x58,
    0xe3, 0x0b, 0x6a, 0xa5, 0x82, 0xdd, 0x8d, 0xb6, 0xa6, 0x59, 0x45, 0xe0, 0x8d, 0x2d, 0x76,
];

/// What a frame is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Hello,
    Blind,
    Eval,
    Tags,
    Data,
    Other,
}

/// What `frame` is, and of how many slots.
fn parse(frame: &[u8]) -> (Kind, usize) {
    match LinkFrame::parse(frame) {
        Ok(LinkFrame::Hello(_)) => (Kind::Hello, 1),
        Ok(LinkFrame::Blind { elements, .. }) => (Kind::Blind, elements.len()),
        Ok(LinkFrame::Eval { elements, .. }) => (Kind::Eval, elements.len()),
        Ok(LinkFrame::Tags { tags, .. }) => (Kind::Tags, tags.len()),
        Ok(LinkFrame::Data { .. }) => (Kind::Data, 1),
        Ok(LinkFrame::Leave { .. } | LinkFrame::Credit { .. } | LinkFrame::Unknown) | Err(_) => {
            (Kind::Other, 1)
        }
    }
}

/// What `frame` is.
pub(crate) fn kind(frame: &[u8]) -> Kind {
    parse(frame).0
}

/// Of how many slots all those of `frames` are that are of `kind`.
pub(crate) fn slots(frames: &[Vec<u8>], kind: Kind) -> usize {
    frames.iter().map(|frame| parse(frame)).filter(|(other, _)| *other == kind).map(|(_, count)| count).sum()
}

/// Whether as many slots were proven as were asked for, if any.
pub(crate) fn is_settled(frames: &[Vec<u8>]) -> bool {
    let asked = slots(frames, Kind::Blind);
    asked > 0 && slots(frames, Kind::Tags) == asked
}
