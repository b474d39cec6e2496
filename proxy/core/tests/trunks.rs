//! Members of two proxies in one channel, and what a proxy believes of another.

use std::sync::Arc;
use std::time::Duration;

use nws_core::Framing::{Raw, Structured};
use nws_core::sim::{ClientId, Proxy, Speed, Word, local, network};
use nws_core::{Config, ConnId, Output, Shared};
use nws_protocol::ProxyId;
use nws_protocol::limits::LINK_RECORD_MAX;
use nws_protocol::link::{Payload, Record};

/// What goes over a link at once, in bytes.
const PIECE: usize = 1000;

/// Two proxies, matched on one channel, or as one is by itself with a trunk that the test speaks on.
struct Pair {
    proxies: [Proxy; 2],
    trunks: [ConnId; 2],
}

fn id(n: u8) -> ProxyId {
    ProxyId::from_digest(&[n; 32])
}

/// The first eight characters of the id of proxy 0, and of proxy 1.
const SHORT: [&str; 2] = ["aaaaaaaa", "aeaqcaib"];

impl Pair {
    fn matched(mut proxies: [Proxy; 2]) -> Self {
        let trunks = [0, 1].map(|n: usize| {
            let other = u8::try_from(1 - n).expect("0 or 1");
            proxies[n].trunk(&network("room"), &id(other))
        });
        let mut pair = Self { proxies, trunks };
        pair.settle();
        pair
    }

    fn new() -> Self {
        Self::matched([Proxy::new(Config::default(), 1), Proxy::new(Config::default(), 2)])
    }

    fn join(&mut self, n: usize, peer: &str) -> ClientId {
        let client = self.proxies[n].join_as(&network("room"), peer, Structured);
        self.settle();
        client
    }

    fn send(&mut self, n: usize, client: ClientId, word: Word) {
        self.proxies[n].send(client, word);
        self.settle();
    }

    fn settle(&mut self) {
        while (0..2).any(|n| self.carry(n)) {}
    }

    /// Carries a piece from proxy `n` to the other.
    fn carry(&mut self, n: usize) -> bool {
        let bytes = self.proxies[n].take(self.trunks[n], PIECE);
        self.proxies[1 - n].stream(self.trunks[1 - n], &bytes);
        !bytes.is_empty()
    }

    fn seen(&mut self, n: usize, client: ClientId) -> Vec<String> {
        self.proxies[n].seen(client)
    }
}

#[test]
fn peers_of_two_proxies_know_each_other_once() {
    let mut pair = Pair::new();
    let a = pair.join(0, "a");
    let b = pair.join(1, "b");
    let c = pair.join(1, "c");
    let [zero, one] = SHORT;
    assert_eq!(pair.seen(0, a), [format!("connect b~{one}"), format!("connect c~{one}")]);
    assert_eq!(pair.seen(1, b), [format!("connect a~{zero}"), "connect c".to_owned()]);
    assert_eq!(pair.seen(1, c), ["connect b".to_owned(), format!("connect a~{zero}")]);
}

#[test]
fn those_who_were_there_before_the_match_know_each_other_too() {
    let mut proxies = [Proxy::new(Config::default(), 1), Proxy::new(Config::default(), 2)];
    let a = proxies[0].join_as(&network("room"), "a", Structured);
    let b = proxies[1].join_as(&network("room"), "b", Structured);
    let mut pair = Pair::matched(proxies);
    assert_eq!(pair.seen(0, a), [format!("connect b~{}", SHORT[1])]);
    assert_eq!(pair.seen(1, b), [format!("connect a~{}", SHORT[0])]);
}

#[test]
fn generated_ids_are_the_same_everywhere() {
    let mut pair = Pair::new();
    let a = pair.proxies[0].join(&network("room"));
    let b = pair.proxies[1].join(&network("room"));
    pair.settle();
    let (a_id, b_id) = (pair.proxies[0].id(a), pair.proxies[1].id(b));
    assert_eq!(pair.seen(0, a), [format!("connect {b_id}")]);
    assert_eq!(pair.seen(1, b), [format!("connect {a_id}")]);
}

#[test]
fn broadcasts_and_messages_of_every_kind_cross() {
    let mut pair = Pair::new();
    let a = pair.join(0, "a");
    let b = pair.join(1, "b");
    pair.seen(0, a);
    pair.seen(1, b);
    let source = format!("a~{}", SHORT[0]);
    pair.send(0, a, Word::broadcast(r#"{"n":1}"#));
    pair.send(0, a, Word::message(&format!("b~{}", SHORT[1]), "2"));
    pair.send(0, a, Word::binary_broadcast(b"3"));
    pair.send(0, a, Word::binary_message(&format!("b~{}", SHORT[1]), b"4"));
    let seen = pair.seen(1, b);
    assert_eq!(seen.len(), 4, "{seen:?}");
    assert!(seen.iter().all(|event| event.contains(&source)), "{seen:?}");
    assert_eq!(pair.seen(0, a), [""; 0]);
    pair.send(0, a, Word::message("nobody", "5"));
    assert_eq!(pair.seen(0, a), ["error unknown-target nobody"]);
}

#[test]
fn raw_and_structured_peers_understand_each_other_across_proxies() {
    let mut pair = Pair::new();
    let raw = pair.proxies[0].join_as(&network("room"), "raw", Raw);
    let b = pair.join(1, "b");
    let far = pair.proxies[1].join_as(&network("room"), "far", Raw);
    pair.settle();
    pair.seen(1, b);
    pair.send(0, raw, Word::Text("plain \"text\"".to_owned()));
    pair.send(1, b, Word::broadcast(r#""hello""#));
    let source = format!("raw~{}", SHORT[0]);
    assert_eq!(pair.seen(1, b), [format!(r#"{source}: "plain \"text\"""#)]);
    assert_eq!(pair.seen(1, far), ["text plain \"text\"", "text hello"]);
    assert_eq!(pair.seen(0, raw), ["text hello"]);
}

#[test]
fn large_messages_cross_in_pieces() {
    let mut pair = Pair::new();
    let a = pair.join(0, "a");
    let b = pair.join(1, "b");
    pair.seen(1, b);
    let large = format!("\"{}\"", "x".repeat(1_000_000));
    pair.send(0, a, Word::broadcast(&large));
    assert_eq!(pair.seen(1, b), [format!("a~{}: {large}", SHORT[0])]);
}

#[test]
fn who_leaves_leaves_everywhere_after_what_it_said() {
    let mut pair = Pair::new();
    let a = pair.join(0, "a");
    let b = pair.join(1, "b");
    pair.seen(1, b);
    pair.proxies[0].send(a, Word::broadcast("1"));
    pair.proxies[0].vanish(a);
    pair.settle();
    let a = format!("a~{}", SHORT[0]);
    assert_eq!(pair.seen(1, b), [format!("{a}: 1"), format!("disconnect {a}")]);
}

#[test]
fn with_the_link_everybody_behind_it_leaves() {
    let mut pair = Pair::new();
    let a = pair.join(0, "a");
    pair.join(1, "b");
    pair.join(1, "c");
    pair.seen(0, a);
    pair.proxies[0].sever(pair.trunks[0]);
    let one = SHORT[1];
    assert_eq!(pair.seen(0, a), [format!("disconnect b~{one}"), format!("disconnect c~{one}")]);
    pair.trunks[0] = pair.proxies[0].trunk(&network("room"), &id(1));
    pair.proxies[1].sever(pair.trunks[1]);
    pair.trunks[1] = pair.proxies[1].trunk(&network("room"), &id(0));
    pair.settle();
    assert_eq!(pair.seen(0, a), [format!("connect b~{one}"), format!("connect c~{one}")]);
}

#[test]
fn a_new_link_takes_the_place_of_an_old_one_whose_end_has_not_been_heard_of() {
    let mut proxy = Proxy::new(Config::default(), 1);
    let a = proxy.join(&network("room"));
    let old = proxy.trunk(&network("room"), &id(1));
    proxy.stream(old, &join(1, "b"));
    let new = proxy.trunk(&network("room"), &id(1));
    proxy.stream(new, &join(1, "b"));
    proxy.stream(old, &join(2, "c"));
    assert_eq!(resets(&mut proxy), [old]);
    proxy.sever(old);
    assert_eq!(proxy.seen(a), ["connect b~aeaqcaib", "disconnect b~aeaqcaib", "connect b~aeaqcaib"]);
}

#[test]
fn what_comes_from_a_link_goes_to_no_other() {
    let mut proxy = Proxy::new(Config::default(), 1);
    proxy.join(&network("room"));
    let one = proxy.trunk(&network("room"), &id(1));
    let two = proxy.trunk(&network("room"), &id(2));
    proxy.take(two, PIECE);
    proxy.stream(one, &join(1, "a"));
    proxy.stream(one, &Record::Broadcast { member: 1, payload: Payload::Json("1") }.to_bytes());
    assert_eq!(proxy.waiting_for(two), 0);
    assert!(proxy.waiting_for(one) > 0);
}

#[test]
fn nothing_is_sent_where_nobody_listens() {
    let mut proxy = Proxy::new(Config::default(), 1);
    let a = proxy.join(&network("room"));
    let trunk = proxy.trunk(&network("room"), &id(1));
    assert!(!proxy.take(trunk, PIECE).is_empty(), "the roster");
    proxy.send(a, Word::broadcast("1"));
    assert_eq!(proxy.waiting_for(trunk), 0);
    proxy.stream(trunk, &join(1, "b"));
    proxy.send(a, Word::broadcast("1"));
    assert!(proxy.waiting_for(trunk) > 0);
}

#[test]
fn an_id_that_is_present_is_not_announced_again() {
    let mut proxy = Proxy::new(Config::default(), 1);
    let a = proxy.join(&network("room"));
    let taken = proxy.id(a);
    let one = proxy.trunk(&network("room"), &id(1));
    let two = proxy.trunk(&network("room"), &id(2));
    let copy = Record::Join { member: 0, chosen: false, id: &taken };
    proxy.stream(one, &copy.to_bytes());
    let elsewhere = "abcdefghijklmnopqrstuvwxyz";
    let record = Record::Join { member: 7, chosen: false, id: elsewhere };
    proxy.stream(one, &record.to_bytes());
    proxy.stream(two, &record.to_bytes());
    proxy.stream(two, &Record::Broadcast { member: 7, payload: Payload::Json("1") }.to_bytes());
    proxy.stream(one, &Record::Broadcast { member: 0, payload: Payload::Json("2") }.to_bytes());
    proxy.stream(two, &Record::Leave { member: 7 }.to_bytes());
    assert_eq!(proxy.seen(a), [format!("connect {elsewhere}")]);
    assert!(resets(&mut proxy).is_empty());
    proxy.stream(one, &Record::Leave { member: 7 }.to_bytes());
    assert_eq!(proxy.seen(a), [format!("disconnect {elsewhere}")]);
}

#[test]
fn a_link_that_breaks_the_rules_is_closed_and_its_members_leave() {
    let speech = Record::Broadcast { member: 2, payload: Payload::Json("1") }.to_bytes();
    let breaches = [
        ("a source that was never announced", speech),
        ("no JSON", Record::Broadcast { member: 1, payload: Payload::Json("{") }.to_bytes()),
        (
            "a message of nobody",
            Record::Message { member: 9, target: 0, payload: Payload::Json("1") }.to_bytes(),
        ),
        ("a number twice", join(1, "other")),
        ("a number that goes back", join(0, "other")),
        ("an id of another alphabet", Record::Join { member: 2, chosen: true, id: "a~b" }.to_bytes()),
        ("an id that nobody generates", Record::Join { member: 2, chosen: false, id: "short" }.to_bytes()),
        ("nobody leaves", Record::Leave { member: 2 }.to_bytes()),
        ("an unknown record", vec![0x7f, 0, 0, 0, 0]),
        ("an endless record", vec![3, 0xff, 0xff, 0xff, 0xff]),
    ];
    for (what, bytes) in breaches {
        let mut proxy = Proxy::new(Config::default(), 1);
        let a = proxy.join(&network("room"));
        let trunk = proxy.trunk(&network("room"), &id(1));
        proxy.stream(trunk, &join(1, "b"));
        proxy.stream(trunk, &bytes);
        assert_eq!(resets(&mut proxy), [trunk], "{what}");
        assert_eq!(proxy.seen(a), ["connect b~aeaqcaib", "disconnect b~aeaqcaib"], "{what}");
        proxy.stream(trunk, &join(5, "c"));
        assert_eq!(proxy.seen(a), [""; 0], "{what}");
    }
}

#[test]
fn records_of_later_versions_are_ignored() {
    let mut proxy = Proxy::new(Config::default(), 1);
    let a = proxy.join(&network("room"));
    let trunk = proxy.trunk(&network("room"), &id(1));
    proxy.stream(trunk, &[0x80 | 9, 0, 0, 0, 2, 1, 2]);
    proxy.stream(trunk, &join(1, "b"));
    assert_eq!(proxy.seen(a), ["connect b~aeaqcaib"]);
}

#[test]
fn channels_are_opened_by_the_first_and_closed_by_the_last() {
    let mut proxy = Proxy::new(Config::default(), 1);
    let channel = network("room").name;
    proxy.join(&local("room"));
    assert_eq!(proxy.news(), []);
    let a = proxy.join(&network("room"));
    let b = proxy.join(&network("room"));
    assert_eq!(proxy.news(), [Output::Opened { channel: channel.clone() }]);
    let trunk = proxy.trunk(&network("room"), &id(1));
    proxy.stream(trunk, &join(1, "b"));
    proxy.news();
    proxy.vanish(a);
    proxy.vanish(b);
    assert!(proxy.news().contains(&Output::Closed { channel: channel.clone() }));
    let late = proxy.join(&network("room"));
    assert!(proxy.news().contains(&Output::Opened { channel }));
    assert_eq!(proxy.seen(late), ["connect b~aeaqcaib"]);
}

#[test]
fn a_link_that_moves_slowly_holds_its_senders_and_is_not_cut() {
    let mut pair = Pair::new();
    let a = pair.join(0, "a");
    pair.join(1, "b");
    let much = format!("\"{}\"", "x".repeat(100_000));
    let mut said = 0;
    // 100 kB/s: less than what makes a client one that drains.
    for _ in 0..300 {
        if !pair.proxies[0].is_held(a) && said < 400 {
            pair.proxies[0].enqueue(a, Word::broadcast(&much));
            said += 1;
        }
        assert!((0..10).all(|_| pair.carry(0)));
        pair.proxies.iter_mut().for_each(|proxy| proxy.advance(Duration::from_millis(100)));
        assert!(pair.proxies[0].waiting_for(pair.trunks[0]) < 2 * 1024 * 1024);
    }
    assert!(pair.proxies[0].is_held(a));
    assert_eq!(resets(&mut pair.proxies[0]), []);
}

#[test]
fn a_dead_link_is_closed_and_holds_nobody() {
    let mut pair = Pair::new();
    let a = pair.join(0, "a");
    let near = pair.join(0, "near");
    pair.join(1, "b");
    pair.proxies[0].take(pair.trunks[0], 0);
    pair.proxies[0].send(a, Word::broadcast("1"));
    pair.proxies[0].take(pair.trunks[0], 0);
    pair.proxies[0].advance(Duration::from_secs(2));
    let much = format!("\"{}\"", "x".repeat(100_000));
    (0..100).for_each(|_| pair.proxies[0].send(a, Word::broadcast(&much)));
    assert!(!pair.proxies[0].is_held(a));
    pair.proxies[0].advance(Duration::from_secs(10));
    assert_eq!(resets(&mut pair.proxies[0]), [pair.trunks[0]]);
    let seen = pair.seen(0, near);
    assert_eq!(seen.iter().filter(|event| event.starts_with("a: ")).count(), 101);
    assert_eq!(seen.last(), Some(&format!("disconnect b~{}", SHORT[1])));
}

#[test]
fn a_slow_reader_here_holds_the_link_that_fills_it() {
    let mut pair = Pair::new();
    let a = pair.join(0, "a");
    let b = pair.join(1, "b");
    pair.proxies[1].set_speed(b, Speed::BytesPerMs(2_000));
    let much = format!("\"{}\"", "x".repeat(900_000));
    for _ in 0..4 {
        pair.send(0, a, Word::broadcast(&much));
    }
    let trunk = pair.trunks[1];
    assert!(pair.proxies[1].news().contains(&Output::Hold { conn: trunk }));
    pair.proxies[1].advance(Duration::from_secs(3));
    assert!(pair.proxies[1].news().contains(&Output::Release { conn: trunk }));
    assert_eq!(pair.seen(1, b).len(), 5);
}

#[test]
fn a_new_link_takes_the_place_of_an_old_one_in_a_channel_that_only_lingers() {
    let mut proxy = Proxy::new(Config::default(), 1);
    let a = proxy.join(&network("room"));
    let old = proxy.trunk(&network("room"), &id(1));
    proxy.vanish(a);
    let new = proxy.trunk(&network("room"), &id(1));
    assert_eq!(resets(&mut proxy), [old]);
    proxy.stream(new, &join(1, "b"));
    let late = proxy.join(&network("room"));
    assert_eq!(proxy.seen(late), ["connect b~aeaqcaib"]);
}

#[test]
fn whoever_came_with_a_taken_id_is_there_when_it_is_free() {
    let mut proxy = Proxy::new(Config::default(), 1);
    let a = proxy.join(&network("room"));
    let (one, two) = (proxy.trunk(&network("room"), &id(1)), proxy.trunk(&network("room"), &id(2)));
    let elsewhere = "abcdefghijklmnopqrstuvwxyz";
    let record = Record::Join { member: 7, chosen: false, id: elsewhere }.to_bytes();
    proxy.stream(one, &record);
    proxy.stream(two, &record);
    proxy.stream(one, &Record::Leave { member: 7 }.to_bytes());
    proxy.stream(two, &Record::Broadcast { member: 7, payload: Payload::Json("1") }.to_bytes());
    let connect = format!("connect {elsewhere}");
    let seen = [connect.clone(), format!("disconnect {elsewhere}"), connect, format!("{elsewhere}: 1")];
    assert_eq!(proxy.seen(a), seen);
    proxy.stream(one, &Record::Join { member: 8, chosen: false, id: elsewhere }.to_bytes());
    proxy.sever(two);
    assert_eq!(proxy.seen(a), [format!("disconnect {elsewhere}"), format!("connect {elsewhere}")]);
    proxy.sever(one);
    assert_eq!(proxy.seen(a), [format!("disconnect {elsewhere}")]);
}

#[test]
fn members_of_another_proxy_that_are_too_many_are_not_shown() {
    let mut proxy = Proxy::new(Config { channel_peers_max: 2, ..Config::default() }, 1);
    let a = proxy.join(&network("room"));
    let trunk = proxy.trunk(&network("room"), &id(1));
    for (number, name) in ["b", "c", "d"].into_iter().enumerate() {
        proxy.stream(trunk, &join(number as u32, name));
    }
    proxy.stream(trunk, &Record::Broadcast { member: 2, payload: Payload::Json("1") }.to_bytes());
    assert_eq!(proxy.seen(a), ["connect b~aeaqcaib", "connect c~aeaqcaib"]);
    assert_eq!(resets(&mut proxy), []);
}

#[test]
fn a_link_matched_on_a_channel_too_many_is_not_closed() {
    let config = Config { shared: Arc::new(Shared::new(1, 1 << 20)), ..Config::default() };
    let mut proxy = Proxy::new(config, 1);
    proxy.join(&network("room"));
    let trunk = proxy.trunk(&network("other"), &id(1));
    proxy.stream(trunk, &join(1, "b"));
    assert_eq!(resets(&mut proxy), []);
}

#[test]
fn a_link_that_takes_next_to_nothing_holds_nobody() {
    let mut pair = Pair::new();
    let a = pair.join(0, "a");
    pair.join(1, "b");
    let much = format!("\"{}\"", "x".repeat(100_000));
    (0..30).for_each(|_| pair.proxies[0].enqueue(a, Word::broadcast(&much)));
    for _ in 0..50 {
        pair.proxies[0].take(pair.trunks[0], 1);
        pair.proxies[0].advance(Duration::from_millis(100));
    }
    assert!(!pair.proxies[0].is_held(a));
}

#[test]
fn who_waits_for_its_turn_is_not_to_blame() {
    let mut pair = Pair::new();
    let a = pair.join(0, "a");
    pair.join(1, "b");
    let much = format!("\"{}\"", "x".repeat(100_000));
    let trunk = pair.trunks[0];
    (0..30).for_each(|_| pair.proxies[0].enqueue(a, Word::broadcast(&much)));
    pair.proxies[0].take(trunk, 0);
    for _ in 0..200 {
        pair.proxies[0].wait_for_turn(trunk);
        pair.proxies[0].advance(Duration::from_millis(100));
    }
    assert!(pair.proxies[0].is_held(a));
    assert_eq!(resets(&mut pair.proxies[0]), []);
}

#[test]
fn whoever_holds_most_of_what_is_unfinished_gives_way() {
    let mut proxy = Proxy::new(Config::default(), 1);
    let client = proxy.join(&network("room"));
    let head = [&[3][..], &(LINK_RECORD_MAX as u32).to_be_bytes(), &vec![0; 15 << 20]].concat();
    let trunks: Vec<ConnId> = (1..=17).map(|n| proxy.trunk(&network("room"), &id(n))).collect();
    trunks.iter().for_each(|&trunk| proxy.stream(trunk, &head));
    proxy.hold_unfinished(client, 1 << 20);
    proxy.hold_unfinished(client, 2 << 20);
    assert!(!resets(&mut proxy).is_empty());
    assert!(!proxy.is_closing(client));
    assert!(proxy.is_connected(client));
}

fn join(member: u32, id: &str) -> Vec<u8> {
    Record::Join { member, chosen: true, id }.to_bytes()
}

/// Trunks whose links are to be closed.
fn resets(proxy: &mut Proxy) -> Vec<ConnId> {
    let reset = |output| if let Output::Reset { conn } = output { Some(conn) } else { None };
    proxy.news().into_iter().filter_map(reset).collect()
}
