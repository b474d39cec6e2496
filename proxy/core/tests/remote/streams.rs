//! Streams between peers of two proxies.

use nws_core::{Config, Framing};
use nws_protocol::binary::{Kind, StreamPart};
use nws_protocol::limits::{STREAM_DATA_MAX, STREAM_PART_MAX};
use nws_protocol::link::{Payload, Record};
use nws_sim::{Word, network};

use crate::pair::{self, Pair, id, join, resets};

const DIAL: &str = r#"{"stream":7,"event":"dial","credit":65536}"#;

/// The id of a member of the proxy `n` as others know it.
fn elsewhere(n: u8, peer: &str) -> String {
    format!("{peer}~{}", id(n))
}

#[test]
fn frames_cross_a_link_both_ways() {
    let mut pair = Pair::new();
    let (a, b) = (pair.join(0, "a"), pair.join(1, "b"));
    for (n, client) in [(0, a), (1, b)] {
        pair.send(n, client, Word::knows_streams());
        pair.seen(n, client);
    }
    pair.send(0, a, Word::stream(&elsewhere(1, "b"), DIAL));
    let got = pair.seen(1, b);
    let source = elsewhere(0, "a");
    let frame = format!(r#"text {{"action":"stream","source":"{source}","target":"b","data":{DIAL}}}"#);
    assert_eq!(got, [frame]);
    let part = StreamPart { stream: 0x8000_0007, has_more: true, bytes: &[7; STREAM_PART_MAX] };
    pair.send(1, b, Word::stream_part(&elsewhere(0, "a"), part));
    let [event] = &pair.proxies[0].events(a)[..] else { panic!("one frame") };
    assert_eq!(event.binary(), Some((Kind::Stream, &*elsewhere(1, "b"), &*part.to_bytes())));
}

#[test]
fn a_link_that_is_matched_later_tells_who_knows_streams() {
    let proxies = [0, 1].map(|n| pair::proxy(n, Config::default()));
    let [mut first, mut second] = proxies;
    let a = first.join_as(&network("room"), "a", Framing::Structured);
    let b = second.join_as(&network("room"), "b", Framing::Structured);
    first.send(a, Word::knows_streams());
    second.send(b, Word::knows_streams());
    let mut pair = Pair::matched([first, second]);
    pair.seen(1, b);
    pair.send(0, a, Word::stream(&elsewhere(1, "b"), DIAL));
    assert_eq!(pair.seen(1, b).len(), 1);
}

#[test]
fn who_has_not_said_that_it_knows_streams_is_not_dialled() {
    let mut pair = Pair::new();
    let (a, b) = (pair.join(0, "a"), pair.join(1, "b"));
    pair.send(0, a, Word::knows_streams());
    pair.seen(0, a);
    pair.seen(1, b);
    let target = elsewhere(1, "b");
    pair.send(0, a, Word::stream(&target, DIAL));
    assert_eq!(pair.seen(0, a), [format!("error not-supported {target}, stream 7")]);
    assert_eq!(pair.seen(1, b), [""; 0]);
}

/// The proxy 0 with its member a, which knows streams if the test says so, and a group of the proxy
/// 1 with the member b.
fn group(knows_streams: bool) -> (Pair, nws_sim::ClientId) {
    let mut pair = Pair::new();
    let a = pair.join(0, "a");
    if knows_streams {
        pair.send(0, a, Word::knows_streams());
    }
    let conn = pair.groups[0];
    pair.proxies[0].stream(conn, &join(3, "b"));
    pair.seen(0, a);
    (pair, a)
}

#[test]
fn a_frame_for_a_client_that_knows_no_streams_is_dropped() {
    for knows_streams in [false, true] {
        let (mut pair, a) = group(knows_streams);
        let conn = pair.groups[0];
        let frame = Record::Stream { member: 3, target: 0, payload: Payload::Json(DIAL) };
        pair.proxies[0].stream(conn, &frame.to_bytes());
        let gone = Record::Stream { member: 3, target: 9, payload: Payload::Json(DIAL) };
        pair.proxies[0].stream(conn, &gone.to_bytes());
        assert_eq!(pair.seen(0, a).len(), usize::from(knows_streams));
        assert!(resets(&mut pair.proxies[0]).is_empty(), "the link goes on");
    }
}

#[test]
fn a_proxy_that_breaks_the_rules_is_cut() {
    let long = format!("\"{}\"", "x".repeat(STREAM_DATA_MAX));
    let bytes = [0; STREAM_PART_MAX + StreamPart::HEAD_LEN + 1];
    let payload = |payload| Record::Stream { member: 3, target: 0, payload };
    for record in [
        Record::Streams { member: 4 },
        Record::Stream { member: 4, target: 0, payload: Payload::Json(DIAL) },
        payload(Payload::Json("{")),
        payload(Payload::Json(&long)),
        payload(Payload::Text("hi")),
        payload(Payload::Binary(b"\0\0\0\x07")),
        payload(Payload::Binary(&bytes)),
        payload(Payload::Binary(&[0; 300 * 1024])),
    ] {
        let (mut pair, _) = group(true);
        let conn = pair.groups[0];
        pair.proxies[0].stream(conn, &record.to_bytes());
        assert_eq!(resets(&mut pair.proxies[0]), [conn], "{:?}", &record.to_bytes()[..14]);
    }
}
