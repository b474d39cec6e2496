//! Binary frames, there and back.

use nws_protocol::binary::{Frame, Kind};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::properties::binary::check;

proptest! {
    #[test]
    fn what_is_written_is_read(
        kind in 0..3_usize, id in "[A-Za-z0-9_~-]{0,73}", payload in vec(any::<u8>(), 0..300),
    ) {
        let kind = [Kind::Broadcast, Kind::Message, Kind::Stream][kind];
        let frame = Frame { kind, id: &id, payload: &payload };
        let bytes = frame.to_bytes();
        prop_assert_eq!(Frame::parse(&bytes), Ok(frame));
    }

    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..40)) {
        check(&bytes);
    }

    #[test]
    fn nearly_frames(kind in 0..5_u8, n in 0..8_u8, rest in vec(prop_oneof![Just(b'a'), any::<u8>()], 0..9)) {
        check(&[&[kind, n], &*rest].concat());
    }
}
