//! Bytes that may not change.

use nws_protocol::binary::{Frame, InvalidFrame, Kind, StreamPart};
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
    let notices: [(Notice<'_>, &[u8]); 10] = [
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
            Notice::Stream { source: &a, target: &b, data },
            b"\x81\x43{\"action\":\"stream\",\"source\":\"alice\",\"target\":\"bob\",\"data\":{\"x\": 1}}",
        ),
        (
            Notice::Status { you: &a, message_max: 1_048_576, has_streams: true },
            b"\x81\x5a{\"action\":\"status\",\"source\":\"alice\",\"target\":\"alice\",\"maxMessageSize\":1048576,\"streams\":1}",
        ),
        (
            Notice::Status { you: &a, message_max: 1_048_576, has_streams: false },
            b"\x81\x4e{\"action\":\"status\",\"source\":\"alice\",\"target\":\"alice\",\"maxMessageSize\":1048576}",
        ),
    ];
    for (notice, expected) in notices {
        assert_eq!(bytes(notice), expected, "{notice:?}");
    }
}

#[test]
fn errors() {
    let error = |code, reason, target| bytes(Notice::Error { code, reason, target, stream: None });
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
    let (code, reason, target) = (ErrorCode::NotSupported, "no", Some("bob"));
    assert_eq!(
        bytes(Notice::Error { code, reason, target, stream: Some(0x8000_0007) }),
        b"\x81\x5a{\"action\":\"error\",\"code\":\"not-supported\",\"reason\":\"no\",\"target\":\"bob\",\"stream\":2147483655}"
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
        (r#"{"action":"status"}"#, &Request::Status { knows_streams: false }),
        (r#"{"action":"status","data":17}"#, &Request::Status { knows_streams: false }),
        (r#"{"action":"status","streams":1}"#, &Request::Status { knows_streams: true }),
        (r#"{"action":"status","streams":2}"#, &Request::Status { knows_streams: false }),
    ] {
        assert_eq!(Request::parse(text).as_ref(), Ok(expected), "{text}");
    }
}

#[test]
fn frames_of_streams() {
    for (data, stream) in [
        (r#"{"stream":7,"event":"dial"}"#, 7),
        (r#"{"stream":0}"#, 0),
        (r#"{"stream":4294967295}"#, u32::MAX),
        (r#"{ "event":"dial", "stream" : 2147483655 }"#, 0x8000_0007),
        (r#"{"\u0073tream":3}"#, 3),
        (r#"{"stream":3,"stream":4}"#, 4),
        (r#"{"stream":3,"\u0073tream":4}"#, 4),
    ] {
        let text = format!(r#"{{"action":"stream","target":"bob","data":{data}}}"#);
        let request = Request::Stream { target: "bob".into(), stream, data: json(data) };
        assert_eq!(Request::parse(&text), Ok(request), "{text}");
    }
    let wrong = [
        "7",
        "[]",
        "{}",
        r#""7""#,
        r#"{"stream":-1}"#,
        r#"{"stream":4294967296}"#,
        r#"{"stream":1.5}"#,
        r#"{"stream":"1"}"#,
        r#"{"stream":1e2}"#,
        r#"{"event":"dial"}"#,
    ];
    for data in wrong {
        let text = format!(r#"{{"action":"stream","target":"bob","data":{data}}}"#);
        let refusal = Request::parse(&text).expect_err(data);
        assert_eq!((refusal.code, refusal.target.as_deref()), (ErrorCode::BadFrame, Some("bob")), "{data}");
    }
    let refusal = Request::parse(r#"{"action":"stream","data":{"stream":1}}"#).expect_err("no target");
    assert_eq!(refusal.code, ErrorCode::BadFrame);
}

#[test]
fn parts_of_streams() {
    let part = StreamPart { stream: 0x8000_0007, has_more: true, bytes: b"hi" };
    assert_eq!(part.to_bytes(), b"\x80\0\0\x07\x01hi");
    assert_eq!(StreamPart::parse(b"\x80\0\0\x07\xffhi"), Some(part), "other flags are for later versions");
    let last = StreamPart { stream: 7, has_more: false, bytes: b"" };
    assert_eq!(StreamPart::parse(&last.to_bytes()), Some(last));
    assert_eq!(StreamPart::parse(b"\0\0\0\x07"), None);
    for part in [part, last] {
        let frame = Frame { kind: Kind::Stream, id: "bob", payload: &part.to_bytes() };
        assert_eq!(part.frame("bob"), frame.to_bytes());
    }
}

#[test]
fn binary_frames() {
    for (frame, bytes) in [
        (Frame { kind: Kind::Broadcast, id: "", payload: b"\x00\xff" }, b"\x01\x00\x00\xff".as_slice()),
        (Frame { kind: Kind::Broadcast, id: "", payload: b"" }, b"\x01\x00"),
        (Frame { kind: Kind::Broadcast, id: "alice", payload: b"hi" }, b"\x01\x05alicehi"),
        (Frame { kind: Kind::Message, id: "bob", payload: b"hi" }, b"\x02\x03bobhi"),
        (
            Frame { kind: Kind::Stream, id: "bob", payload: b"\0\0\0\x07\x01hi" },
            b"\x03\x03bob\0\0\0\x07\x01hi",
        ),
    ] {
        assert_eq!(frame.to_bytes(), bytes);
        assert_eq!(Frame::parse(bytes), Ok(frame));
    }
    for (bytes, fault) in [
        (b"".as_slice(), InvalidFrame::Short),
        (b"\x01", InvalidFrame::Short),
        (b"\x01\x02a", InvalidFrame::Short),
        (b"\x00\x00", InvalidFrame::Kind),
        (b"\x04\x00", InvalidFrame::Kind),
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
