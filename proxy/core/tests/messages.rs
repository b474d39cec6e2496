//! Structured frames: broadcast, message, status, error.

use nws_core::Config;
use nws_core::Framing::{Raw, Structured};
use nws_protocol::binary::Kind;
use nws_sim::{ClientId, Event, Proxy, Word, network};

/// Three structured peers named a, b and c that have seen each other.
fn three() -> (Proxy, [ClientId; 3]) {
    let mut proxy = Proxy::new(Config::default(), 3);
    let clients = ["a", "b", "c"].map(|peer| proxy.join_as(&network("room"), peer, Structured));
    clients.iter().for_each(|&client| drop(proxy.events(client)));
    (proxy, clients)
}

fn text(text: &str) -> Word {
    Word::Text(text.to_owned())
}

#[test]
fn a_broadcast_reaches_all_but_its_sender() {
    let (mut proxy, [a, b, c]) = three();
    proxy.send(a, Word::broadcast("\"hi\""));
    assert_eq!(proxy.seen(a), [""; 0]);
    assert_eq!(proxy.seen(b), ["a: \"hi\""]);
    assert_eq!(proxy.seen(c), ["a: \"hi\""]);
}

#[test]
fn a_message_reaches_its_target_only() {
    let (mut proxy, [a, b, c]) = three();
    proxy.send(a, Word::message("b", "[1]"));
    let (source, target, data) = ("a".to_owned(), "b".to_owned(), "[1]".to_owned());
    assert_eq!(proxy.events(b), [Event::Message { source, target, data }]);
    assert_eq!(proxy.seen(a), [""; 0]);
    assert_eq!(proxy.seen(c), [""; 0]);
    proxy.send(a, Word::message("a", "2"));
    assert_eq!(proxy.seen(a), ["a > 2"]);
}

#[test]
fn data_arrives_byte_for_byte() {
    let (mut proxy, [a, b, _]) = three();
    let data = r#"{ "b":1.50, "a":[ "\u00e9", 1e400 ], "a": null }"#;
    proxy.send(a, text(&format!("{{\"x\":1, \"data\" : {data} ,\"action\":\"broadcast\"}}")));
    assert_eq!(proxy.seen(b), [format!("a: {data}")]);
}

#[test]
fn the_source_is_stamped_and_never_believed() {
    let (mut proxy, [a, b, _]) = three();
    proxy.send(a, text(r#"{"action":"broadcast","source":"c","data":1}"#));
    assert_eq!(proxy.seen(b), ["a: 1"]);
}

#[test]
fn status_tells_the_own_id() {
    let (mut proxy, [a, b, _]) = three();
    proxy.send(a, Word::status());
    assert_eq!(proxy.seen(a), ["you are a"]);
    assert_eq!(proxy.seen(b), [""; 0]);
}

#[test]
fn faults_are_answered_and_the_connection_stays() {
    let (mut proxy, [a, b, _]) = three();
    for (fault, answer) in [
        ("nonsense", "error bad-frame"),
        ("[]", "error bad-frame"),
        (r#"{"action":"broadcast"}"#, "error bad-frame"),
        (r#"{"action":"message","target":"b"}"#, "error bad-frame b"),
        (r#"{"action":"connect","data":1}"#, "error unknown-action"),
        (r#"{"action":"disconnect","target":"b"}"#, "error unknown-action b"),
        (r#"{"action":"message","target":"nobody","data":1}"#, "error unknown-target nobody"),
    ] {
        proxy.send(a, text(fault));
        assert_eq!(proxy.seen(a), [answer], "{fault}");
    }
    proxy.send(a, Word::broadcast("1"));
    assert_eq!(proxy.seen(b), ["a: 1"]);
}

#[test]
fn binary_carries_kind_and_source() {
    let (mut proxy, [a, b, c]) = three();
    proxy.send(a, Word::binary_broadcast(b"\x00\xff"));
    proxy.send(a, Word::binary_message("b", b""));
    let [broadcast, message] = &proxy.events(b)[..] else { panic!("two frames") };
    assert_eq!(broadcast.binary(), Some((Kind::Broadcast, "a", &b"\x00\xff"[..])));
    assert_eq!(message.binary(), Some((Kind::Message, "a", &b""[..])));
    assert_eq!(proxy.events(c).len(), 1);
    assert_eq!(proxy.seen(a), [""; 0]);
}

#[test]
fn faults_in_binary_are_answered() {
    let (mut proxy, [a, b, _]) = three();
    for (fault, answer) in [
        (&b""[..], "error bad-frame"),
        (b"\x01", "error bad-frame"),
        (b"\x07\x00", "error bad-frame"),
        (b"\x02\x01\xff", "error bad-frame"),
        (b"\x01\x01bhi", "error bad-frame"),
        (b"\x02\x06nobodyhi", "error unknown-target nobody"),
    ] {
        proxy.send(a, Word::Binary(fault.to_vec()));
        assert_eq!(proxy.seen(a), [answer], "{}", fault.escape_ascii());
    }
    assert_eq!(proxy.seen(b), [""; 0]);
}

#[test]
fn large_messages_arrive_whole_and_in_order() {
    let (mut proxy, [a, b, c]) = three();
    let sizes = [10, 16_000, 17_000, 100, 1_000_000, 70_000, 1];
    let (mut all, mut with_direct) = (Vec::new(), Vec::new());
    for size in sizes {
        let data = format!("\"{}\"", "x".repeat(size));
        proxy.enqueue(a, Word::broadcast(&data));
        proxy.enqueue(a, Word::message("b", "1"));
        all.push(format!("a: {data}"));
        with_direct.extend([format!("a: {data}"), "a > 1".to_owned()]);
    }
    assert!(proxy.seen(b) == with_direct);
    assert!(proxy.seen(c) == all);
}

/// Number `i` of what each of two says to all, of different lengths.
fn remark(i: usize) -> String {
    format!("\"{i} {}\"", "x".repeat(i % 60))
}

#[test]
fn much_that_is_said_at_once_keeps_its_order() {
    let (mut proxy, [a, b, c]) = three();
    let raw = proxy.join_as(&network("room"), "raw", Raw);
    let mut expected = [Vec::new(), Vec::new()];
    for i in 0..1_000 {
        for ((client, name), expected) in [(a, "a"), (b, "b")].into_iter().zip(&mut expected) {
            proxy.enqueue(client, Word::broadcast(&remark(i)));
            expected.push(format!("{name}: {}", remark(i)));
            if i % 150 == 0 {
                proxy.enqueue(client, Word::message("c", "0"));
                expected.push(format!("{name} > 0"));
            }
        }
    }
    proxy.settle();
    proxy.enqueue(a, Word::broadcast("1"));
    proxy.enqueue(a, Word::Close(Some(1000)));
    expected[0].push("a: 1".to_owned());
    let seen = proxy.seen(c);
    assert_eq!(seen[0], "connect raw");
    let from = |name: char| seen.iter().filter(move |word| word.starts_with(name)).cloned();
    assert!(from('a').eq(expected[0].iter().cloned()));
    assert!(from('b').eq(expected[1].iter().cloned()));
    assert_eq!(seen.last().map(String::as_str), Some("disconnect a"));
    assert_eq!(proxy.seen(raw).len(), 2_001);
}

#[test]
fn garbage_of_one_is_not_noticed_by_two_that_talk() {
    let (mut proxy, [a, b, c]) = three();
    for i in 0..10_000 {
        proxy.enqueue(c, text("{garbage"));
        if i % 100 == 0 {
            proxy.enqueue(a, Word::message("b", &i.to_string()));
            proxy.enqueue(b, Word::message("a", &i.to_string()));
        }
    }
    let hundreds = (0..100).map(|i| i * 100);
    assert_eq!(proxy.seen(b), hundreds.clone().map(|i| format!("a > {i}")).collect::<Vec<_>>());
    assert_eq!(proxy.seen(a), hundreds.map(|i| format!("b > {i}")).collect::<Vec<_>>());
    assert_eq!(proxy.events(c).len(), 10_000);
}

#[test]
fn what_was_said_before_too_much_is_heard_before_its_speaker_leaves() {
    for seed in 0..8 {
        let mut proxy = Proxy::new(Config { message_max: 100, ..Config::default() }, seed);
        let [speaker, listener] = [(); 2].map(|()| proxy.join(&network("room")));
        proxy.seen(listener);
        proxy.enqueue(speaker, Word::broadcast("1"));
        proxy.enqueue(speaker, Word::broadcast(&format!("\"{}\"", "x".repeat(200))));
        proxy.settle();
        let seen = proxy.seen(listener);
        assert!(
            seen.len() == 2 && seen[0].ends_with(": 1") && seen[1].starts_with("disconnect "),
            "{seen:?}"
        );
    }
}
