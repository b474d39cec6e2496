//! Who is shown to whom, and what they say to each other.

use std::time::Duration;

use nws_core::Framing::{Raw, Structured};
use nws_core::{Config, Output};
use nws_sim::{Proxy, Speed, Word, local, network};

use crate::pair::{Pair, id, join, proxy, resets};

#[test]
fn peers_of_two_proxies_know_each_other_once() {
    let mut pair = Pair::new();
    let a = pair.join(0, "a");
    let b = pair.join(1, "b");
    let c = pair.join(1, "c");
    let [zero, one] = [0, 1].map(id);
    assert_eq!(pair.seen(0, a), [format!("connect b~{one}"), format!("connect c~{one}")]);
    assert_eq!(pair.seen(1, b), [format!("connect a~{zero}"), "connect c".to_owned()]);
    assert_eq!(pair.seen(1, c), ["connect b".to_owned(), format!("connect a~{zero}")]);
}

#[test]
fn those_who_were_there_before_the_match_know_each_other_too() {
    let mut proxies = [0, 1].map(|n| proxy(n, Config::default()));
    let a = proxies[0].join_as(&network("room"), "a", Structured);
    let b = proxies[1].join_as(&network("room"), "b", Structured);
    let mut pair = Pair::matched(proxies);
    assert_eq!(pair.seen(0, a), [format!("connect b~{}", id(1))]);
    assert_eq!(pair.seen(1, b), [format!("connect a~{}", id(0))]);
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
    let source = format!("a~{}", id(0));
    pair.send(0, a, Word::broadcast(r#"{"n":1}"#));
    pair.send(0, a, Word::message(&format!("b~{}", id(1)), "2"));
    pair.send(0, a, Word::binary_broadcast(b"3"));
    pair.send(0, a, Word::binary_message(&format!("b~{}", id(1)), b"4"));
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
    let source = format!("raw~{}", id(0));
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
    assert_eq!(pair.seen(1, b), [format!("a~{}: {large}", id(0))]);
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
    let a = format!("a~{}", id(0));
    assert_eq!(pair.seen(1, b), [format!("{a}: 1"), format!("disconnect {a}")]);
}

#[test]
fn with_the_link_everybody_behind_it_leaves() {
    let mut pair = Pair::new();
    let a = pair.join(0, "a");
    pair.join(1, "b");
    pair.join(1, "c");
    pair.seen(0, a);
    pair.proxies[0].sever(pair.groups[0]);
    let one = id(1);
    assert_eq!(pair.seen(0, a), [format!("disconnect b~{one}"), format!("disconnect c~{one}")]);
    pair.groups[0] = pair.proxies[0].remote_group(&network("room"), &id(1));
    pair.proxies[1].sever(pair.groups[1]);
    pair.groups[1] = pair.proxies[1].remote_group(&network("room"), &id(0));
    pair.settle();
    assert_eq!(pair.seen(0, a), [format!("connect b~{one}"), format!("connect c~{one}")]);
}

#[test]
fn a_new_link_takes_the_place_of_an_old_one_whose_end_has_not_been_heard_of() {
    let mut proxy = Proxy::new(Config::default(), 1);
    let a = proxy.join(&network("room"));
    let old = proxy.remote_group(&network("room"), &id(1));
    proxy.stream(old, &join(1, "b"));
    let new = proxy.remote_group(&network("room"), &id(1));
    proxy.stream(new, &join(1, "b"));
    proxy.stream(old, &join(2, "c"));
    assert_eq!(resets(&mut proxy), [old]);
    proxy.sever(old);
    assert_eq!(
        proxy.seen(a),
        [
            "connect b~aeaqcaibaeaqcaibaeaqcaibae",
            "disconnect b~aeaqcaibaeaqcaibaeaqcaibae",
            "connect b~aeaqcaibaeaqcaibaeaqcaibae"
        ]
    );
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
    let group = proxy.remote_group(&network("room"), &id(1));
    proxy.stream(group, &join(1, "b"));
    proxy.news();
    proxy.vanish(a);
    proxy.vanish(b);
    assert!(proxy.news().contains(&Output::Closed { channel: channel.clone() }));
    let late = proxy.join(&network("room"));
    assert!(proxy.news().contains(&Output::Opened { channel }));
    assert_eq!(proxy.seen(late), ["connect b~aeaqcaibaeaqcaibaeaqcaibae"]);
}

#[test]
fn a_new_link_takes_the_place_of_an_old_one_in_a_channel_that_only_lingers() {
    let mut proxy = Proxy::new(Config::default(), 1);
    let a = proxy.join(&network("room"));
    let old = proxy.remote_group(&network("room"), &id(1));
    proxy.vanish(a);
    let new = proxy.remote_group(&network("room"), &id(1));
    assert_eq!(resets(&mut proxy), [old]);
    proxy.stream(new, &join(1, "b"));
    let late = proxy.join(&network("room"));
    assert_eq!(proxy.seen(late), ["connect b~aeaqcaibaeaqcaibaeaqcaibae"]);
}

#[test]
fn whoever_is_cut_leaves_as_slow_on_every_machine() {
    let mut pair = Pair::new();
    let a = pair.join(0, "a");
    let near = pair.join(1, "near");
    let b = pair.join(1, "b");
    pair.seen(0, a);
    pair.seen(1, near);
    pair.proxies[1].set_speed(b, Speed::Stalled);
    pair.send(0, a, Word::broadcast("1"));
    pair.proxies[1].advance(Duration::from_secs(11));
    pair.settle();
    assert_eq!(pair.seen(0, a), [format!("disconnect b~{}, slow", id(1))]);
    assert_eq!(pair.seen(1, near), [format!("a~{}: 1", id(0)), "disconnect b, slow".to_owned()]);
}

/// Whoever has given the last number ends the link itself, once, and the next one lasts.
#[test]
fn numbers_of_members_begin_anew_after_the_last() {
    let config = Config { first_number: u32::MAX - 1, ..Config::default() };
    let mut pair = Pair::matched([proxy(0, config), proxy(1, Config::default())]);
    let b = pair.join(1, "b");
    let a = pair.join(0, "a");
    let c = pair.join(0, "c");
    assert!(pair.proxies.iter_mut().all(|proxy| resets(proxy).is_empty()));
    pair.seen(0, a);
    pair.seen(1, b);
    let d = pair.proxies[0].join_as(&network("room"), "d", Structured);
    assert_eq!(resets(&mut pair.proxies[0]), [pair.groups[0]]);
    assert_eq!(pair.seen(0, a), [format!("disconnect b~{}", id(1)), "connect d".to_owned()]);
    assert_eq!(pair.seen(0, d), ["connect a", "connect c"]);
    let was = pair.groups[1];
    let mut pair = Pair::matched(pair.proxies);
    assert_eq!(resets(&mut pair.proxies[1]), [was], "that of the link that is over");
    pair.join(0, "e");
    pair.send(0, c, Word::message(&format!("b~{}", id(1)), "1"));
    pair.send(1, b, Word::message(&format!("c~{}", id(0)), "2"));
    assert!(pair.proxies.iter_mut().all(|proxy| resets(proxy).is_empty()));
    let zero = id(0);
    let told = |what: &str, who: &[&str]| -> Vec<String> {
        who.iter().map(|who| format!("{what} {who}~{zero}")).collect()
    };
    let gone = told("disconnect", &["a", "c"]);
    let mut seen = pair.seen(1, b);
    let rest = seen.split_off(2);
    seen.sort();
    assert_eq!(seen, gone);
    assert_eq!(rest, [told("connect", &["a", "c", "d", "e"]), vec![format!("c~{zero} > 1")]].concat());
    assert_eq!(pair.seen(0, c).last().unwrap(), &format!("b~{} > 2", id(1)));
}
