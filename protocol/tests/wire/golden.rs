//! Bytes that may not change.

use nws_protocol::binary::{Frame, InvalidFrame, Kind};
use nws_protocol::structured::{ErrorCode, LeaveReason, Notice, Request};
use nws_protocol::websocket::{Decoder, Event, Opcode, frame_len, write_close, write_frame};
use nws_protocol::{CloseCode, Json, PeerId};

fn id(id: &str) -> PeerId {
    PeerId::chosen(id).expect("an id")
}

fn json(text: &str) -> Json<'_> {
    Json::new(text).expect("JSON")
}

fn bytes(notice: Notice<'_>) -> Vec<u8> {
    let mut frame = Vec::new();
    notice.write_frame(&mut frame);
    assert_eq!(frame_len(&frame[..frame.len().min(10)]), frame.len());
    frame
}

#[test]
fn notices() {
    let (a, b) = (id("alice"), id("bob"));
    let data = json(r#"{"x": 1}"#);
    let notices: [(Notice<'_>, &[u8]); 8] = [
        (
            Notice::Connect { you: &a, peer: &b },
            b"\x81\x34{\"action\":\"connect\",\"source\":\"alice\",\"target\":\"bob\"}",
        ),
        (
            Notice::Disconnect { you: &a, peer: &b, reason: None },
            b"\x81\x37{\"action\":\"disconnect\",\"source\":\"alice\",\"target\":\"bob\"}",
        ),
        (
            Notice::Disconnect { you: &a, peer: &b, reason: Some(LeaveReason::Slow) },
            b"\x81\x47{\"action\":\"disconnect\",\"source\":\"alice\",\"target\":\"bob\",\"reason\":\"slow\"}",
        ),
        (
            Notice::Broadcast { source: &a, data },
            b"\x81\x37{\"action\":\"broadcast\",\"source\":\"alice\",\"data\":{\"x\": 1}}",
        ),
        (
            Notice::Message { source: &a, target: &b, data },
            b"\x81\x44{\"action\":\"message\",\"source\":\"alice\",\"target\":\"bob\",\"data\":{\"x\": 1}}",
        ),
        (
            Notice::Welcome { you: &a, peers: 3, message_max: 1000, is_settled: true },
            b"\x81\x71{\"action\":\"welcome\",\"source\":\"alice\",\"target\":\"alice\",\"peers\":3,\"maxMessageSize\":1000,\"version\":1,\"settled\":true}",
        ),
        (
            Notice::Welcome { you: &a, peers: 0, message_max: 16_777_216, is_settled: false },
            b"\x81\x76{\"action\":\"welcome\",\"source\":\"alice\",\"target\":\"alice\",\"peers\":0,\"maxMessageSize\":16777216,\"version\":1,\"settled\":false}",
        ),
        (
            Notice::Status { you: &a, message_max: 1_048_576 },
            b"\x81\x4e{\"action\":\"status\",\"source\":\"alice\",\"target\":\"alice\",\"maxMessageSize\":1048576}",
        ),
    ];
    for (notice, expected) in notices {
        assert_eq!(bytes(notice), expected, "{notice:?}");
    }
}

#[test]
fn errors() {
    let error = |code, reason, target| bytes(Notice::Error { code, reason, target });
    assert_eq!(
        error(ErrorCode::BadFrame, "no", None),
        b"\x81\x33{\"action\":\"error\",\"code\":\"bad-frame\",\"reason\":\"no\"}"
    );
    assert_eq!(
        error(ErrorCode::UnknownAction, "no", Some("")),
        b"\x81\x44{\"action\":\"error\",\"code\":\"unknown-action\",\"reason\":\"no\",\"target\":\"\"}"
    );
    assert_eq!(
        error(ErrorCode::UnknownTarget, "no \"x\"", Some("a\n\u{e9}")),
        b"\x81\x4f{\"action\":\"error\",\"code\":\"unknown-target\",\"reason\":\"no \\\"x\\\"\",\"target\":\"a\\n\xc3\xa9\"}"
    );
    let you = id("alice");
    assert_eq!(
        bytes(Notice::Limit { you: &you, reason: "no" }),
        b"\x81\x40{\"action\":\"error\",\"code\":\"limit\",\"reason\":\"no\",\"source\":\"alice\"}"
    );
}

/// The text around `data` takes 43 bytes.
#[test]
fn notices_of_every_size() {
    let a = id("a");
    for (len, head) in [
        (125, vec![0x81, 125]),
        (126, vec![0x81, 126, 0, 126]),
        (0xffff, vec![0x81, 126, 0xff, 0xff]),
        (0x1_0000, vec![0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
    ] {
        let data = format!("\"{}\"", "x".repeat(len - 45));
        let frame = bytes(Notice::Broadcast { source: &a, data: json(&data) });
        assert_eq!(frame[..head.len()], head);
        let text = format!(r#"{{"action":"broadcast","source":"a","data":{data}}}"#);
        assert_eq!(frame[head.len()..], *text.as_bytes());
    }
}

#[test]
fn requests() {
    let (broadcast, target) = (Request::Broadcast { data: json("\"hi\"") }, "bob".into());
    let message = Request::Message { target, data: json("\"hi\"") };
    for (text, expected) in [
        (r#"{"action":"broadcast","data":"hi"}"#, &broadcast),
        (r#"{ "data" : "hi", "action" : "broadcast" }"#, &broadcast),
        (r#"{"action":"message","target":"bob","data":"hi"}"#, &message),
        (r#"{"action":"message","data":"hi","target":"bob"}"#, &message),
        (r#"{"action":"message","source":"eve","target":"bob","data":"hi"}"#, &message),
        (r#"{"action":"status"}"#, &Request::Status),
        (r#"{"action":"status","data":17}"#, &Request::Status),
    ] {
        assert_eq!(Request::parse(text).as_ref(), Ok(expected), "{text}");
    }
}

#[test]
fn binary_frames() {
    for (frame, bytes) in [
        (Frame { kind: Kind::Broadcast, id: "", payload: b"\x00\xff" }, b"\x01\x00\x00\xff".as_slice()),
        (Frame { kind: Kind::Broadcast, id: "", payload: b"" }, b"\x01\x00"),
        (Frame { kind: Kind::Broadcast, id: "alice", payload: b"hi" }, b"\x01\x05alicehi"),
        (Frame { kind: Kind::Message, id: "bob", payload: b"hi" }, b"\x02\x03bobhi"),
    ] {
        assert_eq!(frame.to_bytes(), bytes);
        assert_eq!(Frame::parse(bytes), Ok(frame));
    }
    for (bytes, fault) in [
        (b"".as_slice(), InvalidFrame::Short),
        (b"\x01", InvalidFrame::Short),
        (b"\x01\x02a", InvalidFrame::Short),
        (b"\x00\x00", InvalidFrame::Kind),
        (b"\x03\x00", InvalidFrame::Kind),
        (b"\x02\x01\xff", InvalidFrame::Id),
    ] {
        assert_eq!(Frame::parse(bytes), Err(fault));
    }
}

#[test]
fn close_frames() {
    for (code, number) in [
        (CloseCode::Normal, 1000_u16),
        (CloseCode::GoingAway, 1001),
        (CloseCode::Protocol, 1002),
        (CloseCode::Unsupported, 1003),
        (CloseCode::InvalidPayload, 1007),
        (CloseCode::Policy, 1008),
        (CloseCode::TooBig, 1009),
        (CloseCode::Internal, 1011),
        (CloseCode::TryAgainLater, 1013),
        (CloseCode::TooManyNames, 4429),
        (CloseCode::LimitReached, 4503),
    ] {
        let [a, b] = number.to_be_bytes();
        let mut frame = Vec::new();
        write_close(&mut frame, code, "bye");
        assert_eq!(frame, [0x88, 5, a, b, b'b', b'y', b'e'], "{code:?}");
        assert!(CloseCode::is_valid_on_the_wire(number));
    }
}

#[test]
fn a_long_reason_is_cut_between_characters() {
    let mut frame = Vec::new();
    write_close(&mut frame, CloseCode::Normal, &"ä".repeat(100));
    assert_eq!(frame[..4], [0x88, 124, 0x03, 0xe8]);
    assert_eq!(frame[4..], *"ä".repeat(61).as_bytes());
}

#[test]
fn headers_of_the_proxy() {
    for (opcode, first) in [
        (Opcode::Continuation, 0x80),
        (Opcode::Text, 0x81),
        (Opcode::Binary, 0x82),
        (Opcode::Close, 0x88),
        (Opcode::Ping, 0x89),
        (Opcode::Pong, 0x8a),
    ] {
        let mut frame = Vec::new();
        write_frame(&mut frame, opcode, [b"a", b"", b"b"]);
        assert_eq!(frame, [first, 2, b'a', b'b']);
    }
    for (len, head) in [
        (0, vec![0x82, 0]),
        (125, vec![0x82, 125]),
        (126, vec![0x82, 126, 0, 126]),
        (0xffff, vec![0x82, 126, 0xff, 0xff]),
        (0x1_0000, vec![0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
    ] {
        let mut frame = Vec::new();
        write_frame(&mut frame, Opcode::Binary, [&vec![7; len]]);
        assert_eq!(frame[..head.len()], head);
        assert_eq!(frame.len(), head.len() + len);
        assert_eq!(frame_len(&frame[..frame.len().min(10)]), frame.len());
    }
}

#[test]
fn headers_of_a_client() {
    for (len, head) in [
        (0, vec![0x82, 0x80]),
        (125, vec![0x82, 0x80 | 125]),
        (126, vec![0x82, 0x80 | 126, 0, 126]),
        (0xffff, vec![0x82, 0x80 | 126, 0xff, 0xff]),
        (0x1_0000, vec![0x82, 0x80 | 127, 0, 0, 0, 0, 0, 1, 0, 0]),
    ] {
        let masked: Vec<_> = [1, 2, 3, 4].into_iter().cycle().take(len).collect();
        let mut frame = [head, vec![1, 2, 3, 4], masked].concat();
        let mut decoder = Decoder::new(len);
        let payload = vec![0; len];
        assert_eq!(decoder.next(&mut frame.as_mut_slice()), Ok(Some(Event::Binary(&payload))));
    }
}

/// The masked text of RFC 6455, section 5.7.
#[test]
fn the_example_of_the_rfc() {
    let mut frame = *b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
    let mut decoder = Decoder::new(5);
    assert_eq!(decoder.next(&mut frame.as_mut_slice()), Ok(Some(Event::Text("Hello"))));
}
