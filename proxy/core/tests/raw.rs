//! Raw and structured peers in one channel.

use nws_core::Config;
use nws_core::Framing::{Raw, Structured};
use nws_sim::{ClientId, Proxy, Word, network};

struct Room {
    proxy: Proxy,
    page: ClientId,
    other_page: ClientId,
    raw: ClientId,
    other_raw: ClientId,
}

impl Room {
    fn new() -> Self {
        let mut proxy = Proxy::new(Config::default(), 4);
        let mut join = |peer, framing| proxy.join_as(&network("room"), peer, framing);
        let (page, other_page) = (join("page", Structured), join("other-page", Structured));
        let (raw, other_raw) = (join("raw", Raw), join("other-raw", Raw));
        let mut room = Self { proxy, page, other_page, raw, other_raw };
        room.seen();
        room
    }

    /// What page, other page, raw and other raw have seen.
    fn seen(&mut self) -> [Vec<String>; 4] {
        [self.page, self.other_page, self.raw, self.other_raw].map(|client| self.proxy.seen(client))
    }
}

fn nothing() -> Vec<String> {
    Vec::new()
}

fn one(event: &str) -> Vec<String> {
    vec![event.to_owned()]
}

#[test]
fn raw_text_is_a_json_string_to_structured_peers() {
    let mut room = Room::new();
    for (text, json) in [
        ("hi", r#""hi""#),
        ("", r#""""#),
        ("17", r#""17""#),
        ("quote \" and \\ and \n and \u{1} and ü", r#""quote \" and \\ and \n and \u0001 and ü""#),
        (r#"{"action":"broadcast","data":1}"#, r#""{\"action\":\"broadcast\",\"data\":1}""#),
    ] {
        room.proxy.send(room.raw, Word::Text(text.to_owned()));
        let [page, other_page, raw, _] = room.seen();
        assert_eq!(page, one(&format!("raw: {json}")));
        assert_eq!(other_page, page);
        assert_eq!(raw, nothing());
    }
    room.proxy.send(room.raw, Word::Text("hi".to_owned()));
    assert_eq!(room.seen()[3], one("text hi"));
}

#[test]
fn a_json_string_is_its_text_to_raw_peers() {
    let mut room = Room::new();
    for (json, text) in [
        (r#""hi""#, "hi"),
        (r#""a\n\"b\"""#, "a\n\"b\""),
        (r#""\u00e9""#, "é"),
        (r#""""#, ""),
        (r#""1""#, "1"),
    ] {
        room.proxy.send(room.page, Word::broadcast(json));
        let text = one(&format!("text {text}"));
        assert_eq!(room.seen(), [nothing(), one(&format!("page: {json}")), text.clone(), text]);
    }
}

#[test]
fn any_other_json_is_its_json_text_to_raw_peers() {
    let mut room = Room::new();
    for json in ["17", "null", "[ 1,2 ]", r#"{ "a" : "b" }"#] {
        room.proxy.send(room.page, Word::broadcast(json));
        let text = one(&format!("text {json}"));
        assert_eq!(room.seen(), [nothing(), one(&format!("page: {json}")), text.clone(), text]);
    }
}

#[test]
fn binary_goes_both_ways() {
    let mut room = Room::new();
    room.proxy.send(room.raw, Word::Binary(b"\x02\x04page\xff".to_vec()));
    let framed = one(r"binary \x01\x03raw\x02\x04page\xff");
    assert_eq!(room.seen(), [framed.clone(), framed, nothing(), one(r"binary \x02\x04page\xff")]);
    room.proxy.send(room.page, Word::binary_broadcast(b"\x00"));
    let bare = one(r"binary \x00");
    assert_eq!(room.seen(), [nothing(), one(r"binary \x01\x04page\x00"), bare.clone(), bare]);
}

#[test]
fn direct_messages_to_raw_peers_are_bare() {
    let mut room = Room::new();
    for (word, event) in [
        (Word::message("raw", "\"hi\""), "text hi"),
        (Word::message("raw", "{}"), "text {}"),
        (Word::binary_message("raw", b"hi"), "binary hi"),
    ] {
        room.proxy.send(room.page, word);
        assert_eq!(room.seen(), [nothing(), nothing(), one(event), nothing()]);
    }
}

#[test]
fn raw_peers_alone_understand_each_other() {
    let mut proxy = Proxy::new(Config::default(), 4);
    let a = proxy.join_as(&network("room"), "a", Raw);
    let b = proxy.join_as(&network("room"), "b", Raw);
    proxy.send(a, Word::Text("x".repeat(20_000)));
    proxy.send(b, Word::Binary(vec![7; 20_000]));
    assert_eq!(proxy.seen(b), [format!("text {}", "x".repeat(20_000))]);
    assert_eq!(proxy.seen(a), [format!("binary {}", r"\x07".repeat(20_000))]);
}

#[test]
fn half_of_a_surrogate_pair_is_replaced_for_raw_peers_only() {
    let mut room = Room::new();
    room.proxy.send(room.page, Word::broadcast(r#""\ud800""#));
    let [_, other_page, raw, _] = room.seen();
    assert_eq!(other_page, one(r#"page: "\ud800""#));
    assert_eq!(raw, one("text \u{fffd}"));
}
