//! What a proxy believes of another.

use std::sync::Arc;

use nws_core::sim::{Proxy, network};
use nws_core::{Config, Shared};
use nws_protocol::link::{Payload, Record};

use crate::pair::{PIECE, id, join, resets};

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
        ("nobody is slow", Record::Slow { member: 2 }.to_bytes()),
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
fn members_that_were_too_many_come_in_when_room_comes_and_in_order() {
    let mut proxy = Proxy::new(Config { channel_peers_max: 2, ..Config::default() }, 1);
    let a = proxy.join(&network("room"));
    let trunk = proxy.trunk(&network("room"), &id(1));
    for (number, name) in (0..).zip(["b", "c", "d", "e", "f"]) {
        proxy.stream(trunk, &join(number, name));
    }
    proxy.seen(a);
    let leave = |proxy: &mut Proxy, member| proxy.stream(trunk, &Record::Leave { member }.to_bytes());
    // One that waits leaves, and is not missed.
    leave(&mut proxy, 3);
    assert_eq!(proxy.seen(a), [""; 0]);
    leave(&mut proxy, 1);
    assert_eq!(proxy.seen(a), ["disconnect c~aeaqcaib", "connect d~aeaqcaib"]);
    proxy.stream(trunk, &Record::Broadcast { member: 2, payload: Payload::Json("1") }.to_bytes());
    assert_eq!(proxy.seen(a), ["d~aeaqcaib: 1"]);
    leave(&mut proxy, 0);
    leave(&mut proxy, 2);
    leave(&mut proxy, 4);
    assert_eq!(
        proxy.seen(a),
        ["disconnect b~aeaqcaib", "connect f~aeaqcaib", "disconnect d~aeaqcaib", "disconnect f~aeaqcaib"]
    );
    assert_eq!(resets(&mut proxy), []);
}

#[test]
fn one_that_waits_for_room_and_for_its_id_comes_in_once_it_has_both() {
    let mut proxy = Proxy::new(Config { channel_peers_max: 1, ..Config::default() }, 1);
    let a = proxy.join(&network("room"));
    let (one, other) = (proxy.trunk(&network("room"), &id(1)), proxy.trunk(&network("room"), &id(2)));
    let generated = |member, id| Record::Join { member, chosen: false, id }.to_bytes();
    let (same, free) = ("aaaaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbbbb");
    proxy.stream(one, &generated(0, same));
    proxy.stream(other, &generated(0, free));
    proxy.stream(other, &generated(1, same));
    proxy.seen(a);
    // There is room, and the id is taken.
    proxy.stream(other, &Record::Leave { member: 0 }.to_bytes());
    assert_eq!(proxy.seen(a), [format!("disconnect {free}")]);
    proxy.stream(one, &Record::Leave { member: 0 }.to_bytes());
    assert_eq!(proxy.seen(a), [format!("disconnect {same}"), format!("connect {same}")]);
    proxy.stream(other, &Record::Leave { member: 1 }.to_bytes());
    assert_eq!(proxy.seen(a), [format!("disconnect {same}")]);
    assert_eq!(resets(&mut proxy), []);
}

#[test]
fn tens_of_thousands_who_wait_for_one_id_hold_nobody_up() {
    let mut proxy = Proxy::new(Config::default(), 1);
    let a = proxy.join(&network("room"));
    let (holder, crowd) = (proxy.trunk(&network("room"), &id(1)), proxy.trunk(&network("room"), &id(2)));
    let generated = |member, id| Record::Join { member, chosen: false, id }.to_bytes();
    let same = "aaaaaaaaaaaaaaaaaaaaaaaaaa";
    proxy.stream(holder, &generated(0, same));
    (0..90_000).for_each(|member| proxy.stream(crowd, &generated(member, same)));
    proxy.seen(a);
    // A search for each of these would be eight thousand million steps.
    for member in 1..90_000 {
        proxy.stream(holder, &join(member, "passer-by"));
        proxy.stream(holder, &Record::Leave { member }.to_bytes());
    }
    assert_eq!(proxy.seen(a).len(), 2 * 89_999);
    proxy.stream(holder, &Record::Leave { member: 0 }.to_bytes());
    assert_eq!(proxy.seen(a), [format!("disconnect {same}"), format!("connect {same}")]);
    proxy.sever(crowd);
    assert_eq!(proxy.seen(a), [format!("disconnect {same}")]);
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
