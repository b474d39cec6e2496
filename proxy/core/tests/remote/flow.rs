//! Links that are slow, dead, or waiting.

use std::sync::Arc;
use std::time::Duration;

use nws_core::{Config, Output};
use nws_sim::{Proxy, Speed, Word, network};

use crate::pair::{PIECE, Pair, id, join, proxy, resets};

#[test]
fn nothing_is_sent_where_nobody_listens() {
    let mut proxy = Proxy::new(Config::default(), 1);
    let a = proxy.join(&network("room"));
    let group = proxy.remote_group(&network("room"), &id(1));
    assert!(!proxy.take(group, PIECE).is_empty(), "the roster");
    proxy.send(a, Word::broadcast("1"));
    assert_eq!(proxy.waiting_for(group), 0);
    proxy.stream(group, &join(1, "b"));
    proxy.send(a, Word::broadcast("1"));
    assert!(proxy.waiting_for(group) > 0);
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
        assert!(pair.proxies[0].waiting_for(pair.groups[0]) < 2 * 1024 * 1024);
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
    pair.proxies[0].take(pair.groups[0], 0);
    pair.proxies[0].send(a, Word::broadcast("1"));
    pair.proxies[0].take(pair.groups[0], 0);
    pair.proxies[0].advance(Duration::from_secs(2));
    let much = format!("\"{}\"", "x".repeat(100_000));
    (0..100).for_each(|_| pair.proxies[0].send(a, Word::broadcast(&much)));
    assert!(!pair.proxies[0].is_held(a));
    pair.proxies[0].advance(Duration::from_secs(10));
    assert_eq!(resets(&mut pair.proxies[0]), [pair.groups[0]]);
    let seen = pair.seen(0, near);
    assert_eq!(seen.iter().filter(|event| event.starts_with("a: ")).count(), 101);
    assert_eq!(seen.last(), Some(&format!("disconnect b~{}", id(1))));
}

#[test]
fn the_queue_of_a_dead_link_has_the_bound_of_a_client_and_counts_among_all() {
    let config = Config { recipient_queue_max: 300_000, ..Config::default() };
    let shared = Arc::clone(&config.shared);
    let mut pair = Pair::matched([proxy(0, config), proxy(1, Config::default())]);
    let a = pair.join(0, "a");
    pair.join(1, "b");
    pair.proxies[0].send(a, Word::broadcast("1"));
    pair.proxies[0].take(pair.groups[0], 0);
    pair.proxies[0].advance(Duration::from_secs(2));
    let much = format!("\"{}\"", "x".repeat(100_000));
    let mut largest = 0;
    for said in 1..=5 {
        pair.proxies[0].send(a, Word::broadcast(&much));
        if resets(&mut pair.proxies[0]) == [pair.groups[0]] {
            assert!(said > 3 && largest > 300_000, "{said} messages, {largest} bytes");
            return;
        }
        largest = shared.queued();
    }
    panic!("{largest} bytes wait for a link that takes nothing");
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
    let group = pair.groups[1];
    assert!(pair.proxies[1].news().contains(&Output::Hold { conn: group }));
    pair.proxies[1].advance(Duration::from_secs(3));
    assert!(pair.proxies[1].news().contains(&Output::Release { conn: group }));
    assert_eq!(pair.seen(1, b).len(), 5);
}

#[test]
fn a_link_that_takes_next_to_nothing_holds_nobody() {
    let mut pair = Pair::new();
    let a = pair.join(0, "a");
    pair.join(1, "b");
    let much = format!("\"{}\"", "x".repeat(100_000));
    (0..30).for_each(|_| pair.proxies[0].enqueue(a, Word::broadcast(&much)));
    for _ in 0..50 {
        pair.proxies[0].take(pair.groups[0], 1);
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
    let group = pair.groups[0];
    (0..30).for_each(|_| pair.proxies[0].enqueue(a, Word::broadcast(&much)));
    pair.proxies[0].take(group, 0);
    for _ in 0..200 {
        pair.proxies[0].wait_for_turn(group);
        pair.proxies[0].advance(Duration::from_millis(100));
    }
    assert!(pair.proxies[0].is_held(a));
    assert_eq!(resets(&mut pair.proxies[0]), []);
}
