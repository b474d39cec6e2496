//! Ids that clients choose, from the reservation to the end.

use nws_core::Config;
use nws_core::Framing::{Raw, Structured};
use nws_protocol::CloseCode;
use nws_sim::{Proxy, Word, local, network};

fn proxy() -> Proxy {
    Proxy::new(Config::default(), 2)
}

#[test]
fn a_reserved_id_is_taken_in_its_channel_only() {
    let mut proxy = proxy();
    let reserved = proxy.reserve(&network("room"), "bob");
    assert!(reserved.is_some());
    assert!(proxy.reserve(&network("room"), "bob").is_none());
    assert!(proxy.reserve(&network("room"), "Bob").is_some());
    assert!(proxy.reserve(&network("other"), "bob").is_some());
    assert!(proxy.reserve(&local("room"), "bob").is_some());
}

#[test]
fn a_reservation_is_invisible_until_its_client_joins() {
    let mut proxy = proxy();
    let a = proxy.join_as(&network("room"), "a", Structured);
    let bob = proxy.reserve(&network("room"), "bob").unwrap();
    let c = proxy.join_as(&network("room"), "c", Structured);
    proxy.send(a, Word::message("bob", "1"));
    proxy.send(a, Word::broadcast("2"));
    proxy.send(bob, Word::Text("too early".to_owned()));
    assert_eq!(proxy.seen(a), ["connect c", "error unknown-target bob"]);
    assert_eq!(proxy.seen(c), ["connect a", "a: 2"]);
    assert_eq!(proxy.seen(bob), [""; 0]);

    proxy.admit(bob, &network("room"), Raw);
    proxy.send(a, Word::message("bob", "3"));
    assert_eq!(proxy.seen(a), ["connect bob"]);
    assert_eq!(proxy.seen(bob), ["text 3"]);
}

#[test]
fn a_reservation_ends_with_its_connection() {
    let mut proxy = proxy();
    let a = proxy.join_as(&network("room"), "a", Structured);
    let bob = proxy.reserve(&network("room"), "bob").unwrap();
    proxy.vanish(bob);
    proxy.join_as(&network("room"), "bob", Raw);
    assert_eq!(proxy.seen(a), ["connect bob"]);
}

#[test]
fn a_reservation_ends_when_its_client_is_refused() {
    let mut proxy = proxy();
    let bob = proxy.reserve(&network("room"), "bob").unwrap();
    proxy.refuse_client(bob, CloseCode::TooManyNames);
    assert_eq!(proxy.seen(bob), ["close 4429", "end"]);
    assert!(proxy.reserve(&network("room"), "bob").is_some());
}

#[test]
fn an_id_is_taken_while_its_peer_is_present() {
    let mut proxy = proxy();
    let bob = proxy.join_as(&network("room"), "bob", Raw);
    assert!(proxy.reserve(&network("room"), "bob").is_none());
    proxy.send(bob, Word::Close(None));
    assert!(proxy.reserve(&network("room"), "bob").is_some());
}

#[test]
fn a_reservation_keeps_a_channel_alive_and_no_longer() {
    let config = Config::default();
    let shared = config.shared.clone();
    let mut proxy = Proxy::new(config, 2);
    let a = proxy.join_as(&network("room"), "a", Structured);
    let bob = proxy.reserve(&network("room"), "bob").unwrap();
    proxy.vanish(a);
    assert_eq!(shared.channels(), 1);
    assert!(proxy.reserve(&network("room"), "bob").is_none());
    proxy.vanish(bob);
    assert_eq!(shared.channels(), 0);
}

#[test]
fn a_client_joins_once() {
    let mut proxy = proxy();
    let a = proxy.join_as(&network("room"), "a", Structured);
    let bob = proxy.join_as(&network("room"), "bob", Structured);
    proxy.admit(bob, &network("other"), Raw);
    proxy.send(a, Word::broadcast("1"));
    assert_eq!(proxy.seen(a), ["connect bob"]);
    assert_eq!(proxy.seen(bob), ["connect a", "a: 1"]);
}
