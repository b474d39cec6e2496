//! Work with what a client sends.

use std::fmt::Write as _;
use std::hint::black_box;

use nws_protocol::limits::MESSAGE_MAX;
use nws_protocol::structured::Request;
use nws_protocol::websocket::Decoder;

use super::Work;

pub(super) fn escapes(count: usize) -> Work {
    parse(format!(r#"{{"action":"broadcast","data":"{}"}}"#, r"\u0001".repeat(count)))
}

pub(super) fn numbers(count: usize) -> Work {
    parse(format!(r#"{{"action":"broadcast","data":[{}1]}}"#, "1,".repeat(count)))
}

pub(super) fn members(count: usize) -> Work {
    let mut text = r#"{"action":"broadcast","data":1"#.to_owned();
    for n in 0..count {
        // Writing to a string does not fail.
        let _ = write!(text, r#","{n}":1"#);
    }
    parse(text + "}")
}

/// Pieces of one byte each.
pub(super) fn pieces(count: usize) -> Work {
    let mut decoder = Decoder::new(MESSAGE_MAX);
    let (first, next) = ([0x01, 0x81, 0, 0, 0, 0, b'x'], [0x00, 0x81, 0, 0, 0, 0, b'x']);
    let mut bytes = [&first[..], &next.repeat(count)].concat();
    Box::new(move || {
        let mut input = black_box(bytes.as_mut_slice());
        assert!(matches!(decoder.next(&mut input), Ok(None)), "the message has no end");
    })
}

fn parse(text: String) -> Work {
    Box::new(move || assert!(black_box(Request::parse(black_box(&text))).is_ok()))
}
