//! What must hold for any bytes of a binary frame.

use nws_protocol::binary::{Frame, InvalidFrame};

/// Panics unless what is read is written as it came, and nothing is refused without reason.
pub(crate) fn check(bytes: &[u8]) {
    match Frame::parse(bytes) {
        Ok(frame) => {
            assert_eq!(frame.to_bytes(), bytes);
            assert_eq!(frame.head(), bytes[..2]);
        }
        Err(InvalidFrame::Short) => {
            assert!(bytes.len() < 2 || bytes.len() < 2 + usize::from(bytes[1]));
        }
        Err(InvalidFrame::Kind) => assert!(!matches!(bytes[0], 1 | 2)),
        Err(InvalidFrame::Id) => {
            assert!(std::str::from_utf8(&bytes[2..2 + usize::from(bytes[1])]).is_err());
        }
    }
}
