//! How large a message may be, whatever it looks like on the wire.

use std::sync::Arc;
use std::time::Duration;

use nws_core::Framing::{Raw, Structured};
use nws_core::{Config, Output, Shared};
use nws_protocol::limits::{DRAIN_TIME, MESSAGE_LIMIT_MAX, UNFINISHED_MAX, UNFINISHED_SHARE};
use nws_protocol::link::{Payload, Record};
use nws_protocol::{IdSource, ProxyId};
use nws_sim::{Event, Proxy, Speed, Word, network};

const MAX: usize = 60;

/// Payloads of `len` bytes, in frames of very different lengths.
fn words(len: usize) -> Vec<Word> {
    let string =
        |part: &str, bytes: usize| format!("\"{}{}\"", part.repeat(len / bytes), "x".repeat(len % bytes));
    let texts = [
        string("x", 1),
        string("\\\"", 1),
        string("\\u0001", 1),
        string("\u{e4}", 2),
        string("\\u20ac", 3),
        string("\\ud800", 3),
        string("\\ud83d\\ude00", 4),
        format!("[{}]", " ".repeat(len - 2)),
        "1".repeat(len),
    ];
    let mut words: Vec<Word> = texts.iter().map(|text| Word::broadcast(text)).collect();
    words.extend(texts.iter().map(|text| Word::message("b", text)));
    words.push(Word::binary_broadcast(&vec![0; len]));
    words.push(Word::binary_message("b", &vec![0; len]));
    words
}

#[test]
fn it_is_the_payload_that_counts() {
    let config = Config { message_max: MAX, ..Config::default() };
    for (number, word) in words(MAX).into_iter().chain(words(MAX + 1)).enumerate() {
        let mut proxy = Proxy::new(config.clone(), 5);
        let [a, b] = ["a", "b"].map(|id| proxy.join_as(&network("room"), id, Structured));
        let raw = proxy.join_as(&network("room"), "raw", Raw);
        for client in [a, b, raw] {
            proxy.events(client);
        }
        proxy.send(a, word.clone());
        if number < words(MAX).len() {
            assert_eq!((proxy.events(a).len(), proxy.events(b).len()), (0, 1), "{word:?}");
        } else {
            assert_eq!(proxy.seen(a), ["close 1009", "end"], "{word:?}");
            assert_eq!(proxy.seen(b), ["disconnect a"], "{word:?}");
            assert_eq!(proxy.events(raw), [], "{word:?}");
        }
    }
}

#[test]
fn it_is_told_before_anything_else() {
    let mut proxy = Proxy::new(Config { message_max: MAX, ..Config::default() }, 5);
    let first = proxy.join(&network("room"));
    let second = proxy.join(&network("room"));
    assert_eq!([first, second].map(|client| proxy.message_max(client)), [Some(MAX); 2]);
    proxy.send(first, Word::status());
    let status = proxy.events(first).pop();
    assert!(matches!(status, Some(Event::Status { message_max: Some(MAX), .. })), "{status:?}");
    let raw = proxy.join_as(&network("room"), "raw", Raw);
    assert_eq!(proxy.events(raw), []);
}

/// The other proxy judges what its clients send, by its own limit. What no proxy admits ends its link.
#[test]
fn what_another_proxy_admits_is_taken() {
    let mut proxy = Proxy::new(Config { message_max: MAX, ..Config::default() }, 5);
    let a = proxy.join_as(&network("room"), "a", Structured);
    let group = proxy.remote_group(&network("room"), &ProxyId::from_digest(&[1; 32]));
    proxy.stream(group, &Record::Join { member: 1, id: IdSource::Choice("b") }.to_bytes());
    let bytes = vec![b'1'; MESSAGE_LIMIT_MAX + 1];
    let json = str::from_utf8(&bytes).expect("ASCII");
    for payload in [Payload::Binary(&bytes[1..]), Payload::Json(&json[1..])] {
        proxy.events(a);
        proxy.stream(group, &Record::Broadcast { member: 1, payload }.to_bytes());
        assert_eq!(proxy.events(a).len(), 1);
    }
    assert!(!proxy.news().contains(&Output::Reset { conn: group }));
    proxy.stream(group, &Record::Broadcast { member: 1, payload: Payload::Json(json) }.to_bytes());
    assert!(proxy.news().contains(&Output::Reset { conn: group }));
    assert_eq!(proxy.events(a).len(), 1, "it is seen to leave");
}

#[test]
fn a_reader_that_pauses_may_have_one_message_of_any_size() {
    let config = Config { recipient_queue_max: 20_000, message_max: 1_000_000, ..Config::default() };
    let mut proxy = Proxy::new(config, 5);
    let [sender, reader] = ["sender", "reader"].map(|id| proxy.join_as(&network("room"), id, Structured));
    proxy.set_speed(reader, Speed::Stalled);
    let mut say = |bytes: usize| {
        proxy.send(sender, Word::message("reader", &format!("\"{}\"", "x".repeat(bytes))));
        proxy.advance(DRAIN_TIME + Duration::from_millis(100));
        !proxy.is_closing(reader)
    };
    assert!(say(100) && say(900_000) && say(10_000));
    assert!(!say(10_000), "more than 20,000 bytes wait besides the largest");
}

#[test]
fn who_keeps_to_its_share_of_unfinished_messages_is_never_closed() {
    let shared = Arc::new(Shared::new(2, 1_000_000));
    let config = Config { shared, ..Config::default() };
    let [mut greedy, mut modest] = [1, 2].map(|seed| Proxy::new(config.clone(), seed));
    let hog = greedy.join(&network("a"));
    greedy.hold_unfinished(hog, UNFINISHED_MAX);
    let client = modest.join(&network("b"));
    modest.hold_unfinished(client, UNFINISHED_SHARE);
    assert!(modest.is_connected(client));
    modest.hold_unfinished(client, UNFINISHED_SHARE + 1);
    assert_eq!(modest.seen(client), ["close 1013", "end"]);
    assert!(greedy.is_connected(hog));
}
