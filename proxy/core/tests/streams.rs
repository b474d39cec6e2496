//! Streams between two peers of one proxy.

use nws_core::Config;
use nws_core::Framing::{Raw, Structured};
use nws_protocol::binary::{Kind, StreamPart};
use nws_protocol::limits::{STREAM_DATA_MAX, STREAM_PART_MAX};
use nws_sim::{ClientId, Proxy, Word, network};

const DIAL: &str = r#"{"stream":7,"event":"dial","protocols":["a"],"credit":65536}"#;

/// The peers a, b and c, of which a and b know streams, and the raw peer r. All have seen each
/// other.
fn four() -> (Proxy, [ClientId; 4]) {
    let mut proxy = Proxy::new(Config::default(), 3);
    let room = network("room");
    let [a, b, c] = ["a", "b", "c"].map(|peer| proxy.join_as(&room, peer, Structured));
    let r = proxy.join_as(&room, "r", Raw);
    for client in [a, b] {
        proxy.send(client, Word::knows_streams());
    }
    [a, b, c, r].iter().for_each(|&client| drop(proxy.events(client)));
    (proxy, [a, b, c, r])
}

fn text(text: &str) -> Word {
    Word::Text(text.to_owned())
}

/// The frame of a stream as its target gets it.
fn frame(source: &str, target: &str, data: &str) -> String {
    format!(r#"text {{"action":"stream","source":"{source}","target":"{target}","data":{data}}}"#)
}

#[test]
fn a_frame_reaches_its_target_only() {
    let (mut proxy, [a, b, c, r]) = four();
    proxy.send(a, Word::stream("b", DIAL));
    assert_eq!(proxy.seen(b), [frame("a", "b", DIAL)]);
    for other in [a, c, r] {
        assert_eq!(proxy.seen(other), [""; 0]);
    }
}

#[test]
fn nothing_of_a_frame_but_its_data_is_passed_on() {
    let (mut proxy, [a, b, ..]) = four();
    let data = r#"{ "event" : "x", "source":"c", "stream": 7 }"#;
    proxy.send(
        a,
        text(&format!(r#"{{"data":{data},"source":"c","target":"b","action":"stream","streams":1}}"#)),
    );
    assert_eq!(proxy.seen(b), [frame("a", "b", data)]);
}

#[test]
fn parts_are_passed_on_as_they_came() {
    let (mut proxy, [a, b, ..]) = four();
    let longest = [9; STREAM_PART_MAX];
    for bytes in [&b""[..], b"hi", &longest] {
        let part = StreamPart { stream: 0x8000_0007, has_more: true, bytes };
        proxy.send(a, Word::stream_part("b", part));
        let [event] = &proxy.events(b)[..] else { panic!("one frame") };
        assert_eq!(event.binary(), Some((Kind::Stream, "a", &*part.to_bytes())));
    }
}

#[test]
fn order_with_messages_and_broadcasts_is_kept() {
    let (mut proxy, [a, b, ..]) = four();
    let part = StreamPart { stream: 7, has_more: false, bytes: b"" };
    let words = [
        Word::broadcast("1"),
        Word::stream("b", r#"{"stream":7}"#),
        Word::message("b", "2"),
        Word::stream_part("b", part),
        Word::broadcast("3"),
    ];
    words.into_iter().for_each(|word| proxy.send(a, word));
    let expected = [
        "a: 1",
        &frame("a", "b", r#"{"stream":7}"#),
        "a > 2",
        "binary \\x03\\x01a\\x00\\x00\\x00\\x07\\x00",
        "a: 3",
    ];
    assert_eq!(proxy.seen(b), expected);
}

#[test]
fn who_does_not_know_streams_sees_none() {
    let (mut proxy, [a, b, c, r]) = four();
    for (from, target, code) in [
        (a, "c", "not-supported"),
        (a, "r", "not-supported"),
        (c, "b", "not-supported"),
        (a, "nobody", "unknown-target"),
    ] {
        let part = StreamPart { stream: 7, has_more: false, bytes: b"hi" };
        for word in [Word::stream(target, DIAL), Word::stream_part(target, part)] {
            proxy.send(from, word);
            assert_eq!(proxy.seen(from), [format!("error {code} {target}, stream 7")]);
        }
    }
    for other in [a, b, c, r] {
        assert_eq!(proxy.seen(other), [""; 0]);
    }
    proxy.send(r, Word::stream("b", DIAL));
    let [said] = &proxy.seen(b)[..] else { panic!("one frame") };
    assert!(said.starts_with("r: "), "what a raw peer says is a broadcast: {said}");
}

#[test]
fn bad_frames_of_streams_are_named() {
    let (mut proxy, [a, b, ..]) = four();
    let long = format!(r#"{{"stream":7,"text":"{}"}}"#, "x".repeat(STREAM_DATA_MAX));
    let bytes = &[9; STREAM_PART_MAX + 1];
    for (word, answer) in [
        (Word::stream("b", "{}"), "error bad-frame b"),
        (Word::stream("b", "1"), "error bad-frame b"),
        (text(r#"{"action":"stream","data":{"stream":1}}"#), "error bad-frame"),
        (text(r#"{"action":"stream","target":"b"}"#), "error bad-frame b"),
        (Word::Binary(b"\x03\x01b\0\0\0\x07".to_vec()), "error bad-frame"),
        (Word::stream("b", &long), "error bad-frame b, stream 7"),
        (
            Word::stream_part("b", StreamPart { stream: 7, has_more: false, bytes }),
            "error bad-frame b, stream 7",
        ),
    ] {
        proxy.send(a, word);
        assert_eq!(proxy.seen(a), [answer]);
    }
    assert_eq!(proxy.seen(b), [""; 0]);
}

#[test]
fn status_tells_of_streams_only_who_knows_them() {
    let (mut proxy, [a, _, c, _]) = four();
    let told = |proxy: &mut Proxy, client, word| {
        proxy.send(client, word);
        proxy.seen(client)
    };
    assert_eq!(told(&mut proxy, a, Word::status()), ["you are a, there are streams"]);
    assert_eq!(told(&mut proxy, c, Word::status()), ["you are c"]);
    for _ in 0..2 {
        assert_eq!(told(&mut proxy, c, Word::knows_streams()), ["you are c, there are streams"]);
    }
}

#[test]
fn a_peer_that_has_gone_is_unknown() {
    let (mut proxy, [a, b, ..]) = four();
    proxy.vanish(b);
    drop(proxy.events(a));
    proxy.send(a, Word::stream("b", DIAL));
    assert_eq!(proxy.seen(a), ["error unknown-target b, stream 7"]);
}
