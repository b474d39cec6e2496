//! When whoever joins is told that everybody who was there is known.

use nws_core::{Config, ConnId};
use nws_protocol::limits::WELCOME_TIME;
use nws_protocol::link::Record;
use nws_protocol::{ChannelName, IdSource, ProxyId};
use nws_sim::{ClientId, Proxy, local, network};

const MS: std::time::Duration = std::time::Duration::from_millis(1);

fn linked() -> Proxy {
    Proxy::new(Config { has_links: true, ..Config::default() }, 5)
}

fn room() -> ChannelName {
    ChannelName::new("room").expect("a name")
}

fn other(n: u8) -> ProxyId {
    ProxyId::from_digest(&[n; 32])
}

fn remote_group(proxy: &mut Proxy, n: u8) -> ConnId {
    proxy.remote_group(&network("room"), &other(n))
}

fn peer(proxy: &mut Proxy, group: ConnId, number: u32) {
    let id = format!("p{number}");
    proxy.stream(group, &Record::Join { member: number, id: IdSource::Choice(&id) }.to_bytes());
}

fn roster_ends(proxy: &mut Proxy, group: ConnId) {
    proxy.stream(group, &Record::RosterEnd.to_bytes());
}

/// Nobody is welcomed before the time is over, and then it is not settled.
fn comes_late(proxy: &mut Proxy, client: ClientId, peers: usize) {
    proxy.advance(WELCOME_TIME - MS);
    assert_eq!(proxy.welcome(client), None);
    proxy.advance(MS);
    assert_eq!(proxy.welcome(client), Some((peers, false)));
}

#[test]
fn at_once_where_there_are_no_links() {
    let mut alone = Proxy::new(Config::default(), 5);
    let mut linked = linked();
    for (proxy, channel) in [(&mut alone, network("room")), (&mut linked, local("room"))] {
        for peers in 0..3 {
            let client = proxy.join(&channel);
            assert_eq!(proxy.welcome(client), Some((peers, true)));
        }
        proxy.advance(4 * WELCOME_TIME);
    }
}

#[test]
fn as_soon_as_it_is_known_that_nobody_is_elsewhere() {
    let mut proxy = linked();
    let [first, second] = [(); 2].map(|()| proxy.join(&network("room")));
    assert_eq!([first, second].map(|client| proxy.welcome(client)), [None; 2]);
    proxy.searched(&room(), &[]);
    assert_eq!([first, second].map(|client| proxy.welcome(client)), [Some((1, true)); 2]);
    let third = proxy.join(&network("room"));
    assert_eq!(proxy.welcome(third), Some((2, true)));
    proxy.advance(4 * WELCOME_TIME);
}

#[test]
fn when_all_of_those_who_are_elsewhere_have_been_told() {
    let mut proxy = linked();
    let client = proxy.join(&network("room"));
    let near = remote_group(&mut proxy, 1);
    peer(&mut proxy, near, 1);
    roster_ends(&mut proxy, near);
    proxy.searched(&room(), &[other(1), other(2)]);
    assert_eq!(proxy.welcome(client), None, "one has still to come");
    let far = remote_group(&mut proxy, 2);
    peer(&mut proxy, far, 2);
    peer(&mut proxy, far, 3);
    assert_eq!(proxy.welcome(client), None, "it may have more to tell");
    roster_ends(&mut proxy, far);
    assert_eq!(proxy.welcome(client), Some((3, true)));
    let second = proxy.join(&network("room"));
    assert_eq!(proxy.welcome(second), Some((4, true)));
}

#[test]
fn after_a_while_when_nobody_answers() {
    let mut proxy = linked();
    let client = proxy.join(&network("room"));
    comes_late(&mut proxy, client, 0);
    proxy.searched(&room(), &[]);
    let second = proxy.join(&network("room"));
    assert_eq!(proxy.welcome(second), Some((1, true)));
}

#[test]
fn after_a_while_when_an_older_proxy_does_not_say_that_it_has_told_all() {
    let mut proxy = linked();
    let client = proxy.join(&network("room"));
    let group = remote_group(&mut proxy, 1);
    proxy.searched(&room(), &[other(1)]);
    peer(&mut proxy, group, 1);
    comes_late(&mut proxy, client, 1);
}

#[test]
fn at_once_when_the_last_that_is_waited_for_is_lost() {
    let mut proxy = linked();
    let client = proxy.join(&network("room"));
    let lost = remote_group(&mut proxy, 1);
    proxy.searched(&room(), &[other(1)]);
    peer(&mut proxy, lost, 1);
    let renewed = remote_group(&mut proxy, 1);
    assert_eq!(proxy.welcome(client), None, "the same proxy tells it anew");
    proxy.sever(lost);
    assert_eq!(proxy.welcome(client), None);
    proxy.sever(renewed);
    assert_eq!(proxy.welcome(client), Some((0, true)));
}

#[test]
fn never_when_it_has_left() {
    let mut proxy = linked();
    let [gone, stays] = [(); 2].map(|()| proxy.join(&network("room")));
    proxy.vanish(gone);
    comes_late(&mut proxy, stays, 0);
    assert_eq!(proxy.welcome(gone), None);
}

#[test]
fn anew_when_the_channel_is_opened_anew() {
    let mut proxy = linked();
    let first = proxy.join(&network("room"));
    let group = remote_group(&mut proxy, 1);
    roster_ends(&mut proxy, group);
    proxy.searched(&room(), &[other(1)]);
    assert_eq!(proxy.welcome(first), Some((0, true)));
    proxy.vanish(first);
    peer(&mut proxy, group, 1);
    let second = proxy.join(&network("room"));
    assert_eq!(proxy.welcome(second), None);
    proxy.searched(&room(), &[other(1)]);
    assert_eq!(proxy.welcome(second), Some((1, true)));
}
