//! Frames of a link.

use super::{Hello, IGNORABLE};

/// The number under which one side of a link offers a channel. It is not used again on the same
/// link.
pub type Slot = u16;

/// An encoded element of ristretto255 (RFC 9496).
pub type Element = [u8; 32];

/// The bytes of a [`Tag`].
pub const TAG_LEN: usize = 16;

/// The proof that a proxy knows the name behind one of its slots.
pub type Tag = [u8; TAG_LEN];

/// One message of a link, borrowed from the bytes in which it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkFrame<'a> {
    /// The first frame of each side.
    Hello(Hello),
    /// Blinded names, one for each slot of the sender from `first` on.
    Blind {
        /// The slot of the first element.
        first: Slot,
        /// The elements.
        elements: &'a [Element],
    },
    /// Evaluations of blinded names, for slots of the recipient from `first` on.
    Eval {
        /// The slot of the first element.
        first: Slot,
        /// The elements.
        elements: &'a [Element],
    },
    /// Proofs, one for each slot of the sender from `first` on.
    Tags {
        /// The slot of the first tag.
        first: Slot,
        /// The tags.
        tags: &'a [Tag],
    },
    /// The sender has left the channel of its slot.
    Leave {
        /// The slot.
        slot: Slot,
    },
    /// The next bytes of the stream of a slot of the sender, which is matched.
    Data {
        /// The slot.
        slot: Slot,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// The sender takes this many bytes more of the other side's stream in the channel of its slot.
    Credit {
        /// The slot.
        slot: Slot,
        /// How many bytes more.
        bytes: u32,
    },
    /// A frame of a later version that may be ignored.
    Unknown,
}

/// The reason why bytes are not a [`LinkFrame`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLinkFrame {
    /// It has no kind.
    #[error("a frame of a link must not be empty")]
    Empty,
    /// Its kind is not known and must not be ignored.
    #[error("frames of kind {0} are not spoken here")]
    Kind(u8),
    /// Its body is shorter or longer than its kind allows.
    #[error("a frame of kind {0} has another length")]
    Length(u8),
}

impl<'a> LinkFrame<'a> {
    /// Reads a frame.
    ///
    /// # Errors
    ///
    /// The reason why `bytes` are not a frame.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, InvalidLinkFrame> {
        let (&kind, body) = bytes.split_first().ok_or(InvalidLinkFrame::Empty)?;
        let length = InvalidLinkFrame::Length(kind);
        match kind {
            kind::HELLO => Hello::parse(body).map(Self::Hello).ok_or(length),
            kind::BLIND => slots(body).map(|(first, elements)| Self::Blind { first, elements }).ok_or(length),
            kind::EVAL => slots(body).map(|(first, elements)| Self::Eval { first, elements }).ok_or(length),
            kind::TAGS => slots(body).map(|(first, tags)| Self::Tags { first, tags }).ok_or(length),
            kind::LEAVE => match *body {
                [a, b] => Ok(Self::Leave { slot: Slot::from_be_bytes([a, b]) }),
                _ => Err(length),
            },
            kind::DATA => match body.split_first_chunk() {
                Some((slot, bytes)) => Ok(Self::Data { slot: Slot::from_be_bytes(*slot), bytes }),
                None => Err(length),
            },
            kind::CREDIT => match *body {
                [a, b, c, d, e, f] => Ok(Self::Credit {
                    slot: Slot::from_be_bytes([a, b]),
                    bytes: u32::from_be_bytes([c, d, e, f]),
                }),
                _ => Err(length),
            },
            kind if kind & IGNORABLE != 0 => Ok(Self::Unknown),
            kind => Err(InvalidLinkFrame::Kind(kind)),
        }
    }

    /// Appends the frame to `out`.
    pub fn write(&self, out: &mut Vec<u8>) {
        match *self {
            Self::Hello(hello) => {
                out.push(kind::HELLO);
                hello.write(out);
            }
            Self::Blind { first, elements } => write_slots(out, kind::BLIND, first, elements.as_flattened()),
            Self::Eval { first, elements } => write_slots(out, kind::EVAL, first, elements.as_flattened()),
            Self::Tags { first, tags } => write_slots(out, kind::TAGS, first, tags.as_flattened()),
            Self::Leave { slot } => write_slots(out, kind::LEAVE, slot, &[]),
            Self::Data { slot, bytes } => {
                write_data_head(out, slot);
                out.extend_from_slice(bytes);
            }
            Self::Credit { slot, bytes } => write_slots(out, kind::CREDIT, slot, &bytes.to_be_bytes()),
            Self::Unknown => out.push(IGNORABLE),
        }
    }

    /// The bytes of the frame alone.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }
}

/// The bytes that [`write_data_head`] writes.
pub const DATA_HEAD_LEN: usize = 3;

/// Appends the head of a [`LinkFrame::Data`], which its bytes follow.
pub fn write_data_head(out: &mut Vec<u8>, slot: Slot) {
    write_slots(out, kind::DATA, slot, &[]);
}

mod kind {
    pub(super) const HELLO: u8 = 1;
    pub(super) const BLIND: u8 = 2;
    pub(super) const EVAL: u8 = 3;
    pub(super) const TAGS: u8 = 4;
    pub(super) const LEAVE: u8 = 5;
    pub(super) const DATA: u8 = 6;
    pub(super) const CREDIT: u8 = 7;
}

/// A slot and at least one thing of `N` bytes, with no byte left over.
fn slots<const N: usize>(body: &[u8]) -> Option<(Slot, &[[u8; N]])> {
    let (first, rest) = body.split_first_chunk()?;
    let (things, rest) = rest.as_chunks();
    (rest.is_empty() && !things.is_empty()).then_some((Slot::from_be_bytes(*first), things))
}

fn write_slots(out: &mut Vec<u8>, kind: u8, first: Slot, things: &[u8]) {
    out.push(kind);
    out.extend_from_slice(&first.to_be_bytes());
    out.extend_from_slice(things);
}
