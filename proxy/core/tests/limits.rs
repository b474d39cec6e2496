//! Limits on peers and channels.

use std::sync::Arc;

use nws_core::Framing::{Raw, Structured};
use nws_core::{Config, Shared};
use nws_protocol::limits::UNFINISHED_MAX;
use nws_sim::{Proxy, local, network};

#[test]
fn a_full_channel_takes_nobody_until_somebody_leaves() {
    let mut proxy = Proxy::new(Config { channel_peers_max: 2, ..Config::default() }, 9);
    let a = proxy.join_as(&network("room"), "a", Structured);
    let b = proxy.join_as(&network("room"), "b", Raw);
    for _ in 0..3 {
        let refused = proxy.join_as(&network("room"), "c", Structured);
        assert_eq!(proxy.seen(refused), ["close 4503", "end"]);
    }
    let refused = proxy.join(&network("room"));
    assert_eq!(proxy.seen(refused), ["close 4503", "end"]);
    let elsewhere = proxy.join(&network("elsewhere"));
    assert!(proxy.is_connected(elsewhere));
    assert_eq!(proxy.seen(a), ["connect b"]);
    proxy.vanish(b);
    let c = proxy.join_as(&network("room"), "c", Structured);
    assert_eq!(proxy.seen(c), ["connect a"]);
    assert_eq!(proxy.seen(a), ["disconnect b", "connect c"]);
}

#[test]
fn reservations_take_no_seat() {
    let mut proxy = Proxy::new(Config { channel_peers_max: 2, ..Config::default() }, 9);
    let reserved = ["b", "c", "d"].map(|id| proxy.reserve(&network("room"), id).expect("not taken"));
    let a = proxy.join_as(&network("room"), "a", Structured);
    reserved.iter().for_each(|&client| proxy.admit(client, &network("room"), Raw));
    assert_eq!(proxy.seen(a), ["connect b"]);
    assert_eq!(proxy.seen(reserved[1]), ["close 4503", "end"]);
    assert_eq!(proxy.seen(reserved[2]), ["close 4503", "end"]);
}

#[test]
fn beyond_the_limit_no_channel_is_opened() {
    let shared = Arc::new(Shared::new(2, 1_000_000));
    let mut proxy = Proxy::new(Config { shared: Arc::clone(&shared), ..Config::default() }, 9);
    let a = proxy.join(&network("a"));
    let b = proxy.join(&local("a"));
    let refused = proxy.join(&network("b"));
    assert_eq!(proxy.seen(refused), ["close 4503", "end"]);
    let refused = proxy.join_as(&network("b"), "peer", Raw);
    assert_eq!(proxy.seen(refused), ["close 4503", "end"]);
    let second = proxy.join(&network("a"));
    assert!(proxy.is_connected(second));
    proxy.vanish(a);
    proxy.vanish(b);
    assert_eq!(shared.channels(), 1);
    let b = proxy.join(&network("b"));
    assert!(proxy.is_connected(b));
}

#[test]
fn unfinished_messages_have_a_bound_for_all_together() {
    let shared = Arc::new(Shared::new(2, 1_000_000));
    let mut proxy = Proxy::new(Config { shared: Arc::clone(&shared), ..Config::default() }, 9);
    let (greedy, modest) = (proxy.join(&network("room")), proxy.join(&network("room")));
    proxy.hold_unfinished(greedy, UNFINISHED_MAX - 1);
    proxy.hold_unfinished(modest, 1);
    assert!(proxy.is_connected(greedy));
    proxy.hold_unfinished(modest, 2);
    assert!(proxy.seen(greedy).contains(&"close 1013".to_owned()));
    assert_eq!(shared.unfinished(), 2);
    proxy.hold_unfinished(modest, 0);
    assert!(proxy.is_connected(modest));
    assert_eq!(shared.unfinished(), 0);
}

#[test]
fn channels_of_several_state_machines_are_counted_together() {
    let shared = Arc::new(Shared::new(2, 1_000_000));
    let config = Config { shared: Arc::clone(&shared), ..Config::default() };
    let mut proxies = [10, 11].map(|seed| Proxy::new(config.clone(), seed));
    let a = proxies[0].join(&network("a"));
    proxies[1].join(&network("b"));
    let refused = proxies[1].join(&network("c"));
    assert_eq!(proxies[1].seen(refused), ["close 4503", "end"]);
    proxies[0].vanish(a);
    let c = proxies[1].join(&network("c"));
    assert!(proxies[1].is_connected(c));
    assert_eq!(shared.channels(), 2);
}
