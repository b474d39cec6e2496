//! What is sent on the subject of a stream.

use bytes::{BufMut, Bytes, BytesMut};

/// Most bytes of data in a frame. A broker takes messages of a MiB if it is not told otherwise; what
/// is smaller lets other streams have their turn.
pub(crate) const DATA_MAX: usize = 60 * 1024;

/// Least size of a message that a broker has to take. A hello has a quarter of it.
pub(crate) const PAYLOAD_MIN: usize = 1024;

/// Bytes of a frame before its data.
pub(crate) const HEAD: usize = 1;

/// One message of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// The next bytes of the stream. The first ones of the side that has dialled begin with its
    /// proof.
    Data(Bytes),
    /// The receiver takes bytes up to this one, counted from the beginning.
    Credit(u64),
    /// There is no stream any more, or never was.
    End,
}

/// The first byte of a frame with data.
pub(crate) const DATA: u8 = 0;
const CREDIT: u8 = 1;
const END: u8 = 2;

impl Frame {
    /// A frame that has come; `None` if it is none.
    pub(crate) fn parse(mut message: Bytes) -> Option<Self> {
        if message.len() > HEAD + DATA_MAX {
            return None;
        }
        let kind = *message.first()?;
        let rest = message.split_off(HEAD);
        match kind {
            DATA if !rest.is_empty() => Some(Self::Data(rest)),
            CREDIT => Some(Self::Credit(u64::from_be_bytes(rest.as_ref().try_into().ok()?))),
            END if rest.is_empty() => Some(Self::End),
            _ => None,
        }
    }

    pub(crate) fn credit(limit: u64) -> Bytes {
        let mut message = BytesMut::with_capacity(HEAD + 8);
        message.put_u8(CREDIT);
        message.put_u64(limit);
        message.freeze()
    }

    pub(crate) fn end() -> Bytes {
        Bytes::from_static(&[END])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(Frame::parse(Frame::credit(1 << 40)), Some(Frame::Credit(1 << 40)));
        assert_eq!(Frame::parse(Frame::end()), Some(Frame::End));
        let data = Bytes::from_static(&[DATA, b'a', b'b', b'c']);
        assert_eq!(Frame::parse(data), Some(Frame::Data(Bytes::from_static(b"abc"))));
    }

    #[test]
    fn what_is_no_frame_is_none() {
        let long = vec![DATA; HEAD + DATA_MAX + 1];
        for message in [&[][..], &[DATA], &[CREDIT, 0], &[END, 0], &[3, 0], &long] {
            assert_eq!(Frame::parse(Bytes::copy_from_slice(message)), None, "{} bytes", message.len());
        }
    }
}
