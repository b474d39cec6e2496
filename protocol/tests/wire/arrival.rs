//! Frames of a proxy as a client reads them, and frames of streams.

use std::borrow::Cow;

use nws_protocol::structured::{Arrival, ErrorCode, LeaveReason, Notice, StreamEvent, StreamFrame};
use nws_protocol::{Json, PeerId};

/// The text of a frame that is short enough for two bytes of head, or has four.
fn text_of(notice: Notice<'_>) -> String {
    let mut frame = Vec::new();
    notice.write_frame(&mut frame);
    let head = if frame[1] < 126 { 2 } else { 4 };
    String::from_utf8(frame[head..].to_vec()).expect("UTF-8")
}

#[test]
fn a_client_reads_what_a_proxy_writes() {
    let (you, peer) = (PeerId::chosen("alice").expect("an id"), PeerId::chosen("bob").expect("an id"));
    let (you, peer) = (&you, &peer);
    let data = Json::new(r#"{"x": [1.0e2, "\ud83d"]}"#).expect("JSON");
    let (a, b) = (Cow::Borrowed("alice"), Cow::Borrowed("bob"));
    let table = [
        (Notice::Broadcast { source: peer, data }, Arrival::Broadcast { source: b.clone(), data }),
        (Notice::Message { source: peer, target: you, data }, Arrival::Message { source: b.clone(), data }),
        (Notice::Stream { source: peer, target: you, data }, Arrival::Stream { source: b.clone(), data }),
        (Notice::Connect { you, peer }, Arrival::Connect { you: a.clone(), peer: b.clone() }),
        (
            Notice::Disconnect { you, peer, reason: Some(LeaveReason::Slow) },
            Arrival::Disconnect { peer: b.clone(), reason: Some(LeaveReason::Slow) },
        ),
        (
            Notice::Disconnect { you, peer, reason: None },
            Arrival::Disconnect { peer: b.clone(), reason: None },
        ),
        (
            Notice::Status { you, message_max: 7, has_streams: true },
            Arrival::Status { you: a.clone(), message_max: Some(7), has_streams: true },
        ),
        (
            Notice::Welcome { you, peers: 3, message_max: 7, is_settled: true },
            Arrival::Welcome { peers: Some(3), is_settled: true },
        ),
        (
            Notice::Error {
                code: ErrorCode::UnknownTarget,
                reason: "no \"x\"",
                target: Some("bob"),
                stream: Some(9),
            },
            Arrival::Error {
                code: "unknown-target".into(),
                reason: "no \"x\"".into(),
                target: Some(b),
                stream: Some(9),
                you: None,
            },
        ),
        (
            Notice::Limit { you, reason: "full" },
            Arrival::Error {
                code: "limit".into(),
                reason: "full".into(),
                target: None,
                stream: None,
                you: Some(a),
            },
        ),
    ];
    for (notice, arrival) in table {
        let text = text_of(notice);
        assert_eq!(Arrival::parse(&text), Some(arrival), "{text}");
    }
}

#[test]
fn what_no_proxy_writes_is_told_from_what_is_later() {
    for later in [r#"{"action":"sing","data":1}"#, r#"{"note":[1],"action":"x"}"#] {
        assert_eq!(Arrival::parse(later), Some(Arrival::Later), "{later}");
    }
    for bad in
        ["", "{", "[]", "null", r#"{"action":1}"#, r#"{"action":"broadcast","data":1}"#, r#"{"source":"a"}"#]
    {
        assert_eq!(Arrival::parse(bad), None, "{bad}");
    }
}

fn dial(protocols: &[&'static str]) -> StreamEvent<'static> {
    let protocols = protocols.iter().map(|name| Cow::Borrowed(*name)).collect();
    StreamEvent::Dial { protocols: Some(protocols), credit: 65_536.0 }
}

/// As the README shows them.
#[test]
fn frames_of_streams() {
    let close = |code, reason: &'static str, error| StreamEvent::Close { code, reason: reason.into(), error };
    let table = [
        (7, dial(&["a", "b"]), r#"{"stream":7,"event":"dial","protocols":["a","b"],"credit":65536}"#),
        (2_147_483_655, StreamEvent::Pending, r#"{"stream":2147483655,"event":"pending"}"#),
        (
            2_147_483_655,
            StreamEvent::Accept { protocol: Some("a".into()), credit: 65_536.0 },
            r#"{"stream":2147483655,"event":"accept","protocol":"a","credit":65536}"#,
        ),
        (
            7,
            StreamEvent::Data { text: Some("a\"b".into()), has_more: true },
            r#"{"stream":7,"event":"data","more":true,"text":"a\"b"}"#,
        ),
        (
            7,
            StreamEvent::Data { text: Some("".into()), has_more: false },
            r#"{"stream":7,"event":"data","text":""}"#,
        ),
        (7, StreamEvent::Credit { credit: 65_536.0 }, r#"{"stream":7,"event":"credit","credit":65536}"#),
        (7, close(Some(1000), "done", None), r#"{"stream":7,"event":"close","code":1000,"reason":"done"}"#),
        (7, close(None, "", Some("limit".into())), r#"{"stream":7,"event":"close","error":"limit"}"#),
    ];
    for (stream, event, said) in table {
        let frame = StreamFrame { stream, event };
        let expected = format!(r#"{{"action":"stream","target":"bob","data":{said}}}"#);
        assert_eq!(frame.frame("bob"), expected);
        assert_eq!(StreamFrame::parse(Json::new(said).expect("JSON")), Some(frame), "{said}");
    }
}

#[test]
fn what_is_not_of_its_type_is_missing() {
    let parse = |text: &'static str| StreamFrame::parse(Json::new(text).expect("JSON"));
    for none in ["1", "[]", "{}", r#"{"stream":"7"}"#, r#"{"stream":-1}"#, r#"{"stream":4294967296}"#] {
        assert_eq!(parse(none), None, "{none}");
    }
    let event = |text| parse(text).map(|frame| frame.event);
    assert_eq!(event(r#"{"stream":7}"#), Some(StreamEvent::Later));
    assert_eq!(
        event(r#"{"stream":7,"event":"data","text":1,"more":1}"#),
        Some(StreamEvent::Data { text: None, has_more: false })
    );
    let Some(StreamEvent::Dial { protocols: None, credit }) =
        event(r#"{"stream":7,"event":"dial","protocols":["a",1],"credit":"9"}"#)
    else {
        panic!("a dial")
    };
    assert!(credit.is_nan());
    let half = event(r#"{"stream":7,"event":"data","text":"\ud83d"}"#);
    assert_eq!(half, Some(StreamEvent::Data { text: Some("\u{fffd}".into()), has_more: false }));
}
