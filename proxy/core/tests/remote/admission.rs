//! Members of another proxy for which there is no room.

use nws_core::{Config, Output};
use nws_protocol::link::{Payload, Record};
use nws_sim::{Proxy, Speed, Word, network};

use crate::pair::{Pair, id, join, join_generated, proxy, resets};

#[test]
fn members_of_another_proxy_that_are_too_many_are_not_shown() {
    let mut proxy = Proxy::new(Config { channel_peers_max: 2, ..Config::default() }, 1);
    let a = proxy.join(&network("room"));
    let group = proxy.remote_group(&network("room"), &id(1));
    for (number, name) in ["b", "c", "d"].into_iter().enumerate() {
        proxy.stream(group, &join(number as u32, name));
    }
    proxy.stream(group, &Record::Broadcast { member: 2, payload: Payload::Json("1") }.to_bytes());
    assert_eq!(
        proxy.seen(a),
        ["connect b~aeaqcaibaeaqcaibaeaqcaibae", "connect c~aeaqcaibaeaqcaibaeaqcaibae"]
    );
    assert_eq!(resets(&mut proxy), []);
}

#[test]
fn members_that_were_too_many_come_in_when_room_comes_and_in_order() {
    let mut proxy = Proxy::new(Config { channel_peers_max: 2, ..Config::default() }, 1);
    let a = proxy.join(&network("room"));
    let group = proxy.remote_group(&network("room"), &id(1));
    for (number, name) in (0..).zip(["b", "c", "d", "e", "f"]) {
        proxy.stream(group, &join(number, name));
    }
    proxy.seen(a);
    let leave = |proxy: &mut Proxy, member| proxy.stream(group, &Record::Leave { member }.to_bytes());
    // One that waits leaves, and is not missed.
    leave(&mut proxy, 3);
    assert_eq!(proxy.seen(a), [""; 0]);
    leave(&mut proxy, 1);
    assert_eq!(
        proxy.seen(a),
        ["disconnect c~aeaqcaibaeaqcaibaeaqcaibae", "connect d~aeaqcaibaeaqcaibaeaqcaibae"]
    );
    proxy.stream(group, &Record::Broadcast { member: 2, payload: Payload::Json("1") }.to_bytes());
    assert_eq!(proxy.seen(a), ["d~aeaqcaibaeaqcaibaeaqcaibae: 1"]);
    leave(&mut proxy, 0);
    leave(&mut proxy, 2);
    leave(&mut proxy, 4);
    assert_eq!(
        proxy.seen(a),
        [
            "disconnect b~aeaqcaibaeaqcaibaeaqcaibae",
            "connect f~aeaqcaibaeaqcaibaeaqcaibae",
            "disconnect d~aeaqcaibaeaqcaibaeaqcaibae",
            "disconnect f~aeaqcaibaeaqcaibaeaqcaibae"
        ]
    );
    assert_eq!(resets(&mut proxy), []);
}

#[test]
fn two_of_one_id_end_the_link_also_where_one_waits_for_room() {
    let mut proxy = Proxy::new(Config { channel_peers_max: 1, ..Config::default() }, 1);
    let a = proxy.join(&network("room"));
    let group = proxy.remote_group(&network("room"), &id(1));
    for member in 0..3 {
        proxy.stream(group, &join_generated(member, if member == 1 { 9 } else { 7 }));
    }
    assert_eq!(resets(&mut proxy), []);
    proxy.stream(group, &Record::Leave { member: 1 }.to_bytes());
    assert_eq!(resets(&mut proxy), [], "the one that waited has gone");
    proxy.stream(group, &join_generated(3, 7));
    proxy.stream(group, &Record::Leave { member: 0 }.to_bytes());
    assert_eq!(resets(&mut proxy), [], "its id is that of the one before it, which has gone");
    proxy.stream(group, &Record::Leave { member: 2 }.to_bytes());
    assert_eq!(resets(&mut proxy), []);
    assert_eq!(proxy.seen(a).len(), 5);
    let mut proxy = Proxy::new(Config { channel_peers_max: 2, ..Config::default() }, 1);
    proxy.join(&network("room"));
    let group = proxy.remote_group(&network("room"), &id(1));
    [7, 8, 7]
        .into_iter()
        .zip(0..)
        .for_each(|(nonce, member)| proxy.stream(group, &join_generated(member, nonce)));
    proxy.stream(group, &Record::Leave { member: 1 }.to_bytes());
    assert_eq!(resets(&mut proxy), [group]);
}

/// Of three members of one machine the other has room for two.
fn crowded() -> Pair {
    let little = Config { channel_peers_max: 2, ..Config::default() };
    Pair::matched([proxy(0, Config::default()), proxy(1, little)])
}

#[test]
fn who_is_not_admitted_is_told_and_nothing_that_it_says_to_one_is_lost_in_silence() {
    let mut pair = crowded();
    let far = pair.join(1, "far");
    let [first, _, third] = ["first", "second", "third"].map(|name| pair.join(0, name));
    let [far_id, third_id] = [format!("far~{}", id(1)), format!("third~{}", id(0))];
    let connected = format!("connect {far_id}");
    assert_eq!(pair.seen(0, first), [&connected, "connect second", "connect third"]);
    let [one, two] = ["connect first", "connect second"].map(str::to_owned);
    assert_eq!(pair.seen(0, third), [one, two, connected, "error not-admitted".to_owned()]);
    pair.seen(1, far);
    pair.send(0, third, Word::message(&far_id, "1"));
    assert_eq!(pair.seen(0, third), [format!("error not-admitted {far_id}")]);
    pair.send(0, third, Word::message("first", "2"));
    assert_eq!(pair.seen(0, first), ["third > 2"]);
    // Room comes.
    pair.proxies[0].vanish(first);
    pair.settle();
    assert_eq!(pair.seen(1, far), [format!("disconnect first~{}", id(0)), format!("connect {third_id}")]);
    pair.send(0, third, Word::message(&far_id, "3"));
    assert_eq!(pair.seen(1, far), [format!("{third_id} > 3")]);
    assert_eq!(pair.seen(0, third), ["disconnect first"]);
}

#[test]
fn numbers_of_those_who_were_not_admitted_are_forgotten_with_them() {
    let mut pair = crowded();
    let far = pair.join(1, "far");
    for name in ["first", "second"] {
        pair.join(0, name);
    }
    for _ in 0..3 {
        let third = pair.join(0, "third");
        assert!(pair.seen(0, third).contains(&"error not-admitted".to_owned()));
        pair.proxies[0].vanish(third);
        pair.settle();
    }
    assert_eq!(pair.seen(1, far).len(), 2);
    assert!(pair.proxies.iter_mut().all(|proxy| resets(proxy).is_empty()));
}

#[test]
fn what_another_proxy_says_of_nobody_is_ignored() {
    let mut proxy = Proxy::new(Config::default(), 1);
    let a = proxy.join(&network("room"));
    let group = proxy.remote_group(&network("room"), &id(1));
    for member in [0, 0, 7] {
        proxy.stream(group, &Record::NotAdmitted { member }.to_bytes());
    }
    assert_eq!(proxy.seen(a), ["error not-admitted"], "once");
    for member in [7, 0, 0] {
        proxy.stream(group, &Record::Admitted { member }.to_bytes());
    }
    assert_eq!((proxy.seen(a), resets(&mut proxy)), (vec![], vec![]));
}

/// The other proxy may say it again and again. Its link is held back for that, and not the client that is told.
#[test]
fn whoever_is_told_again_and_again_is_not_held_back_for_it() {
    let config = Config { sender_window: 1000, ..Config::default() };
    let mut proxy = Proxy::new(config, 1);
    let a = proxy.join(&network("room"));
    let group = proxy.remote_group(&network("room"), &id(1));
    proxy.set_speed(a, Speed::BytesPerMs(100));
    let both = [Record::NotAdmitted { member: 0 }, Record::Admitted { member: 0 }];
    proxy.stream(group, &both.map(|record| record.to_bytes()).concat().repeat(100));
    assert!(!proxy.is_held(a) && proxy.is_connected(a));
    assert!(proxy.news().contains(&Output::Hold { conn: group }));
}
