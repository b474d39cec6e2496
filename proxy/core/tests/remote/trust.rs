//! What a proxy believes of another.

use std::sync::Arc;

use nws_core::{Config, Shared};
use nws_protocol::link::{Payload, Record};
use nws_sim::{Proxy, Word, network};

use crate::pair::{PIECE, id, join, resets};

#[test]
fn what_comes_from_a_link_goes_to_no_other() {
    let mut proxy = Proxy::new(Config::default(), 1);
    proxy.join(&network("room"));
    let one = proxy.remote_group(&network("room"), &id(1));
    let two = proxy.remote_group(&network("room"), &id(2));
    proxy.take(two, PIECE);
    proxy.stream(one, &join(1, "a"));
    proxy.stream(one, &Record::Broadcast { member: 1, payload: Payload::Json("1") }.to_bytes());
    assert_eq!(proxy.waiting_for(two), 0);
    assert!(proxy.waiting_for(one) > 0);
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
        ("an id of another alphabet", join(2, "a~b")),
        ("an id that nobody may choose", join(2, "abcdefghijklmnopqrstuvwxyz")),
        ("an id twice", join(2, "b")),
        ("nobody leaves", Record::Leave { member: 2 }.to_bytes()),
        ("nobody is slow", Record::Slow { member: 2 }.to_bytes()),
        ("an unknown record", vec![0x7f, 0, 0, 0, 0]),
        ("an endless record", vec![3, 0xff, 0xff, 0xff, 0xff]),
    ];
    for (what, bytes) in breaches {
        let mut proxy = Proxy::new(Config::default(), 1);
        let a = proxy.join(&network("room"));
        let group = proxy.remote_group(&network("room"), &id(1));
        proxy.stream(group, &join(1, "b"));
        proxy.stream(group, &bytes);
        assert_eq!(resets(&mut proxy), [group], "{what}");
        assert_eq!(
            proxy.seen(a),
            ["connect b~aeaqcaibaeaqcaibaeaqcaibae", "disconnect b~aeaqcaibaeaqcaibaeaqcaibae"],
            "{what}"
        );
        proxy.stream(group, &join(5, "c"));
        assert_eq!(proxy.seen(a), [""; 0], "{what}");
    }
}

#[test]
fn records_of_later_versions_are_ignored() {
    let mut proxy = Proxy::new(Config::default(), 1);
    let a = proxy.join(&network("room"));
    let group = proxy.remote_group(&network("room"), &id(1));
    proxy.stream(group, &[0x80 | 9, 0, 0, 0, 2, 1, 2]);
    proxy.stream(group, &join(1, "b"));
    assert_eq!(proxy.seen(a), ["connect b~aeaqcaibaeaqcaibaeaqcaibae"]);
}

#[test]
fn a_link_matched_on_a_channel_too_many_is_not_closed() {
    let config = Config { shared: Arc::new(Shared::new(1, 1 << 20)), ..Config::default() };
    let mut proxy = Proxy::new(config, 1);
    proxy.join(&network("room"));
    let group = proxy.remote_group(&network("other"), &id(1));
    proxy.stream(group, &join(1, "b"));
    assert_eq!(resets(&mut proxy), []);
}

#[test]
fn what_was_said_before_a_breach_is_heard_before_its_speaker_leaves() {
    let mut proxy = Proxy::new(Config::default(), 1);
    let client = proxy.join(&network("room"));
    let group = proxy.remote_group(&network("room"), &id(1));
    proxy.stream(group, &join(1, "far"));
    proxy.seen(client);
    let said = Record::Broadcast { member: 1, payload: Payload::Json("1") }.to_bytes();
    let breach = Record::Leave { member: 9 }.to_bytes();
    proxy.stream(group, &[said, breach].concat());
    let seen = proxy.seen(client);
    assert!(seen.len() == 2 && seen[0].ends_with(": 1") && seen[1].starts_with("disconnect "), "{seen:?}");
    assert_eq!(resets(&mut proxy), [group]);
}

#[test]
fn what_waits_for_a_link_that_has_to_close_counts_no_more() {
    let shared = Arc::new(Shared::new(10, usize::MAX));
    let mut proxy = Proxy::new(Config { shared: Arc::clone(&shared), ..Config::default() }, 1);
    let client = proxy.join(&network("room"));
    let group = proxy.remote_group(&network("room"), &id(1));
    proxy.stream(group, &join(1, "far"));
    (0..100).for_each(|_| proxy.send(client, Word::broadcast("1")));
    assert!(proxy.take(group, 0).is_empty());
    assert!(shared.queued() > 0);
    proxy.stream(group, &Record::Leave { member: 9 }.to_bytes());
    assert_eq!((shared.queued(), proxy.waiting_for(group)), (0, 0), "its connection has not gone yet");
    assert_eq!(resets(&mut proxy), [group]);
}
