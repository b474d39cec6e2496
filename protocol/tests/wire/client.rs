//! Frames of a client as bytes, right and wrong.

/// A frame before it is masked.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// The last one of its message, the reserved bits, the opcode.
    pub(crate) first: u8,
    pub(crate) mask: Option<[u8; 4]>,
    pub(crate) length: Length,
    pub(crate) payload: Vec<u8>,
}

/// In how many bytes the length stands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Length {
    Shortest,
    Two,
    Eight,
}

pub(crate) const LAST: u8 = 0x80;
pub(crate) const CONTINUATION: u8 = 0;
pub(crate) const TEXT: u8 = 1;
pub(crate) const BINARY: u8 = 2;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
pub(crate) const PONG: u8 = 10;

impl Frame {
    pub(crate) fn last(opcode: u8, payload: impl Into<Vec<u8>>) -> Self {
        Self {
            first: LAST | opcode,
            mask: Some([0x1f, 0xf2, 0x3d, 0xd4]),
            length: Length::Shortest,
            payload: payload.into(),
        }
    }

    /// A close frame.
    pub(crate) fn close(code: u16, reason: &[u8]) -> Self {
        Self::last(CLOSE, [&code.to_be_bytes(), reason].concat())
    }

    /// A message in as many frames as `parts`.
    pub(crate) fn message<P: AsRef<[u8]>>(opcode: u8, parts: &[P]) -> Vec<Self> {
        let mut frames: Vec<_> =
            parts.iter().map(|part| Self { first: CONTINUATION, ..Self::last(0, part.as_ref()) }).collect();
        if let Some(first) = frames.first_mut() {
            first.first |= opcode;
        }
        if let Some(last) = frames.last_mut() {
            last.first |= LAST;
        }
        frames
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let len = self.payload.len();
        let masked = if self.mask.is_some() { 0x80 } else { 0 };
        out.push(self.first);
        match (self.length, len) {
            (Length::Shortest, 0..=125) => out.push(masked | len as u8),
            (Length::Shortest | Length::Two, 0..=0xffff) => {
                out.push(masked | 126);
                out.extend_from_slice(&(len as u16).to_be_bytes());
            }
            _ => {
                out.push(masked | 127);
                out.extend_from_slice(&(len as u64).to_be_bytes());
            }
        }
        let mask = self.mask.unwrap_or_default();
        out.extend_from_slice(self.mask.as_ref().map_or(&[], |mask| mask.as_slice()));
        out.extend(self.payload.iter().enumerate().map(|(i, byte)| byte ^ mask[i % 4]));
    }
}

/// The bytes of `frames`.
pub(crate) fn bytes(frames: &[Frame]) -> Vec<u8> {
    let mut out = Vec::new();
    for frame in frames {
        frame.write(&mut out);
    }
    out
}
