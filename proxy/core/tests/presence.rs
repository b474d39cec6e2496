//! Who is told of whom, and when.

use nws_core::Framing::{Raw, Structured};
use nws_core::{Config, Framing};
use nws_sim::{Event, Proxy, Word, local, network};

fn proxy() -> Proxy {
    Proxy::new(Config::default(), 1)
}

fn join(proxy: &mut Proxy, peer: &str, framing: Framing) -> nws_sim::ClientId {
    proxy.join_as(&network("room"), peer, framing)
}

#[test]
fn a_newcomer_is_told_of_everybody_and_everybody_of_the_newcomer() {
    let mut proxy = proxy();
    let a = join(&mut proxy, "a", Structured);
    let b = join(&mut proxy, "b", Structured);
    let c = join(&mut proxy, "c", Structured);
    assert_eq!(proxy.seen(a), ["connect b", "connect c"]);
    assert_eq!(proxy.seen(b), ["connect a", "connect c"]);
    assert_eq!(proxy.seen(c), ["connect a", "connect b"]);
}

#[test]
fn the_source_of_presence_is_the_recipient() {
    let mut proxy = proxy();
    let a = join(&mut proxy, "a", Structured);
    let b = join(&mut proxy, "b", Structured);
    proxy.vanish(b);
    let (you, peer) = ("a".to_owned(), "b".to_owned());
    let connect = Event::Connect { you: you.clone(), peer: peer.clone() };
    assert_eq!(proxy.events(a), [connect, Event::Disconnect { you, peer, reason: None }]);
}

#[test]
fn generated_ids_are_long_and_of_one_alphabet() {
    let mut proxy = proxy();
    let a = proxy.join(&network("room"));
    let b = proxy.join(&network("room"));
    let (a_id, b_id) = (proxy.id(a), proxy.id(b));
    assert_ne!(a_id, b_id);
    assert_eq!(a_id.len(), 26);
    assert!(a_id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
    assert_eq!(proxy.seen(a), [format!("connect {b_id}")]);
    assert_eq!(proxy.seen(b), [format!("connect {a_id}")]);
}

#[test]
fn the_snapshot_comes_before_anything_that_is_said() {
    let mut proxy = proxy();
    let a = join(&mut proxy, "a", Structured);
    proxy.enqueue(a, Word::broadcast("1"));
    let b = join(&mut proxy, "b", Structured);
    assert_eq!(proxy.seen(b), ["connect a", "a: 1"]);
}

#[test]
fn everybody_leaves_once_whatever_the_way() {
    let mut proxy = proxy();
    let watcher = join(&mut proxy, "watcher", Structured);
    for peer in ["vanishes", "closes", "closes and vanishes", "closes twice"] {
        let id = peer.replace(' ', "-");
        let client = join(&mut proxy, &id, Structured);
        if peer.contains("closes") {
            proxy.enqueue(client, Word::Close(Some(1000)));
        }
        if peer.contains("twice") {
            proxy.enqueue(client, Word::Close(Some(1000)));
        }
        if peer.contains("vanishes") {
            proxy.vanish(client);
        }
        assert_eq!(proxy.seen(watcher), [format!("connect {id}"), format!("disconnect {id}")]);
    }
}

#[test]
fn those_in_the_middle_of_the_roster_leave_like_others() {
    let mut proxy = proxy();
    let ids: Vec<String> = (0..6).map(|i| format!("p{i}")).collect();
    let clients: Vec<_> = ids.iter().map(|id| join(&mut proxy, id, Structured)).collect();
    clients.iter().for_each(|&client| drop(proxy.events(client)));
    for gone in [1, 0, 4, 3] {
        proxy.vanish(clients[gone]);
    }
    let expected = ["disconnect p1", "disconnect p0", "disconnect p4", "disconnect p3"];
    assert_eq!(proxy.seen(clients[2]), expected);
    assert_eq!(proxy.seen(clients[5]), expected);
    proxy.send(clients[5], Word::broadcast("1"));
    assert_eq!(proxy.seen(clients[2]), ["p5: 1"]);
    assert_eq!(proxy.seen(clients[5]), [""; 0]);
}

#[test]
fn raw_peers_are_announced_and_told_nothing() {
    let mut proxy = proxy();
    let a = join(&mut proxy, "a", Structured);
    let b = join(&mut proxy, "b", Raw);
    let c = join(&mut proxy, "c", Structured);
    proxy.vanish(a);
    assert_eq!(proxy.seen(b), [""; 0]);
    assert_eq!(proxy.seen(c), ["connect a", "connect b", "disconnect a"]);
    proxy.vanish(b);
    assert_eq!(proxy.seen(c), ["disconnect b"]);
}

#[test]
fn local_and_network_channels_of_one_name_are_two() {
    let mut proxy = proxy();
    let here = proxy.join_as(&local("room"), "a", Structured);
    let there = proxy.join_as(&network("room"), "a", Structured);
    let other = proxy.join_as(&network("other"), "a", Structured);
    proxy.send(here, Word::broadcast("1"));
    proxy.send(there, Word::message("a", "2"));
    assert_eq!(proxy.seen(here), [""; 0]);
    assert_eq!(proxy.seen(there), ["a > 2"]);
    assert_eq!(proxy.seen(other), [""; 0]);
}

#[test]
fn an_id_is_free_again_when_its_peer_has_gone() {
    let mut proxy = proxy();
    let a = join(&mut proxy, "a", Structured);
    let b = join(&mut proxy, "b", Structured);
    proxy.vanish(b);
    let b = join(&mut proxy, "b", Raw);
    assert_eq!(proxy.seen(a), ["connect b", "disconnect b", "connect b"]);
    proxy.send(b, Word::Text("hi".to_owned()));
    assert_eq!(proxy.seen(a), ["b: \"hi\""]);
}
