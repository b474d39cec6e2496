//! How connections end.

use std::time::Duration;

use nws_core::Config;
use nws_core::Framing::Structured;
use nws_protocol::CloseCode;
use nws_sim::{ClientId, Proxy, Speed, Word, network};

fn pair() -> (Proxy, ClientId, ClientId) {
    let mut proxy = Proxy::new(Config::default(), 5);
    let a = proxy.join_as(&network("room"), "a", Structured);
    let b = proxy.join_as(&network("room"), "b", Structured);
    proxy.events(a);
    proxy.events(b);
    (proxy, a, b)
}

#[test]
fn a_close_is_answered_with_the_code_that_it_gave() {
    for (code, answer) in [(None, "close"), (Some(1000), "close 1000"), (Some(4321), "close 4321")] {
        let (mut proxy, a, b) = pair();
        proxy.send(a, Word::Close(code));
        assert_eq!(proxy.seen(a), [answer, "end"]);
        assert_eq!(proxy.seen(b), ["disconnect a"]);
        assert!(!proxy.is_connected(a));
    }
}

#[test]
fn a_violation_closes_with_its_code() {
    for (code, answer) in [
        (CloseCode::Protocol, "close 1002"),
        (CloseCode::InvalidPayload, "close 1007"),
        (CloseCode::TooBig, "close 1009"),
    ] {
        let (mut proxy, a, b) = pair();
        proxy.send(a, Word::Violation(code));
        assert_eq!(proxy.seen(a), [answer, "end"]);
        assert_eq!(proxy.seen(b), ["disconnect a"]);
    }
}

#[test]
fn a_closing_client_is_not_heard() {
    let (mut proxy, a, b) = pair();
    proxy.enqueue(a, Word::Violation(CloseCode::Protocol));
    proxy.enqueue(a, Word::broadcast("1"));
    proxy.enqueue(a, Word::Ping(b"x".to_vec()));
    proxy.enqueue(a, Word::status());
    proxy.enqueue(a, Word::Close(Some(1000)));
    proxy.settle();
    assert_eq!(proxy.seen(a), ["close 1002", "end"]);
    assert_eq!(proxy.seen(b), ["disconnect a"]);
}

#[test]
fn what_was_queued_is_still_written() {
    let (mut proxy, a, b) = pair();
    proxy.set_speed(b, Speed::BytesPerMs(10));
    proxy.send(a, Word::broadcast("1"));
    proxy.send(b, Word::Close(None));
    proxy.advance(Duration::from_millis(100));
    assert_eq!(proxy.seen(b), ["a: 1", "close", "end"]);
    assert_eq!(proxy.seen(a), ["disconnect b"]);
}

#[test]
fn a_closing_client_that_does_not_read_is_reset() {
    let (mut proxy, a, b) = pair();
    proxy.set_speed(b, Speed::Stalled);
    proxy.send(b, Word::Violation(CloseCode::Protocol));
    assert_eq!(proxy.seen(a), ["disconnect b"]);
    proxy.advance(Duration::from_millis(4_999));
    assert!(proxy.is_connected(b));
    proxy.advance(Duration::from_secs(1));
    assert_eq!(proxy.seen(b), ["reset"]);
    assert_eq!(proxy.seen(a), [""; 0]);
}

#[test]
fn a_refused_client_is_told_why_and_nobody_else() {
    let (mut proxy, a, _) = pair();
    let refused = proxy.refuse(CloseCode::TooManyNames);
    assert_eq!(proxy.seen(refused), ["close 4429", "end"]);
    assert_eq!(proxy.seen(a), [""; 0]);
}

#[test]
fn shutdown_closes_everybody_without_notices() {
    let config = Config::default();
    let shared = config.shared.clone();
    let mut proxy = Proxy::new(config, 5);
    let clients: Vec<_> = (0..5).map(|_| proxy.join(&network("room"))).collect();
    let elsewhere = proxy.join(&network("elsewhere"));
    clients.iter().for_each(|&client| drop(proxy.events(client)));
    proxy.shutdown();
    for client in clients.into_iter().chain([elsewhere]) {
        assert_eq!(proxy.seen(client), ["close 1001", "end"]);
    }
    assert_eq!(shared.channels(), 0);
}

#[test]
fn nobody_joins_a_proxy_that_stops() {
    let config = Config::default();
    let shared = config.shared.clone();
    let mut proxy = Proxy::new(config, 5);
    let reserved = proxy.reserve(&network("room"), "early").unwrap();
    proxy.shutdown();
    proxy.admit(reserved, &network("room"), Structured);
    let late = proxy.join(&network("room"));
    let later = proxy.join_as(&network("room"), "later", Structured);
    for client in [reserved, late, later] {
        assert_eq!(proxy.seen(client), ["close 1001", "end"]);
    }
    assert_eq!(shared.channels(), 0);
}

#[test]
fn shutdown_resets_those_who_do_not_read() {
    let (mut proxy, a, b) = pair();
    proxy.set_speed(b, Speed::Stalled);
    proxy.send(a, Word::broadcast("1"));
    proxy.shutdown();
    assert_eq!(proxy.seen(a), ["close 1001", "end"]);
    proxy.advance(Duration::from_secs(6));
    assert_eq!(proxy.seen(b), ["reset"]);
}
