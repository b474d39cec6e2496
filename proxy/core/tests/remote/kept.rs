//! What links make a proxy keep, and which of them goes when it is too much.

use std::net::Ipv4Addr;
use std::sync::Arc;

use nws_core::{Account, Config, ConnId, Share};
use nws_protocol::limits::{KEPT_PER_CHANNEL, KEPT_PER_MEMBER, LINK_RECORD_MAX};
use nws_protocol::link::Record;
use nws_sim::{ClientId, Proxy, network};

use crate::pair::{id, join, join_generated, resets};

const MAX: usize = 100_000;

/// A proxy with one member, and little room for what links make it keep.
struct Scene {
    proxy: Proxy,
    account: Arc<Account>,
    client: ClientId,
}

impl Scene {
    fn new(config: Config) -> Self {
        let mut proxy = Proxy::new(config, 1);
        let client = proxy.join(&network("room"));
        Self { proxy, account: Account::new(MAX), client }
    }

    /// A link to 10.0.0.`source`.
    fn link(&self, source: u8) -> Share {
        self.account.share(Ipv4Addr::new(10, 0, 0, source).into(), || {})
    }

    fn remote_group(&mut self, number: u8, share: &Share) -> ConnId {
        self.proxy.remote_group_with(&network("room"), &id(number), share)
    }

    /// Members come, until there is no room or they are `count`; the answer is how many have.
    fn fill(&mut self, group: ConnId, share: &Share, count: u32) -> u32 {
        let come = |member: &u32| {
            self.proxy.stream(group, &join(*member, &format!("{member:05}")));
            !share.is_overdrawn()
        };
        (0..count).take_while(come).count() as u32
    }
}

#[test]
fn the_link_that_has_most_is_closed_and_one_with_few_members_stays() {
    let mut scene = Scene::new(Config::default());
    let [honest, greedy] = [1, 2].map(|source| scene.link(source));
    let (few, many) = (scene.remote_group(1, &honest), scene.remote_group(2, &greedy));
    scene.proxy.stream(few, &join_generated(0, 7));
    let most = (MAX / KEPT_PER_MEMBER) as u32;
    let come = scene.fill(many, &greedy, most);
    assert!((most / 2..most).contains(&come), "{come}");
    assert_eq!(resets(&mut scene.proxy), [many]);
    // All that were shown have left, and only those.
    let seen = scene.proxy.seen(scene.client);
    let count = |word| seen.iter().filter(|event| event.starts_with(word)).count();
    assert_eq!((count("connect"), count("disconnect")), (come as usize + 1, come as usize));
    scene.proxy.stream(few, &join_generated(1, 8));
    assert_eq!(scene.proxy.seen(scene.client).len(), 1);
    assert!(!honest.is_overdrawn());
}

#[test]
fn members_that_are_not_admitted_count_too() {
    let mut scene = Scene::new(Config { channel_peers_max: 2, ..Config::default() });
    let greedy = scene.link(1);
    let group = scene.remote_group(1, &greedy);
    let most = (MAX / KEPT_PER_MEMBER) as u32;
    assert!(scene.fill(group, &greedy, most) < most);
    assert_eq!(resets(&mut scene.proxy), [group]);
}

#[test]
fn all_channels_of_a_link_count_together() {
    let mut scene = Scene::new(Config::default());
    let greedy = scene.link(1);
    let most = MAX / KEPT_PER_CHANNEL;
    for number in 0..most {
        let group = scene.proxy.remote_group_with(&network(&format!("room{number}")), &id(1), &greedy);
        assert_eq!(resets(&mut scene.proxy), [], "{group:?}");
    }
    let group = scene.proxy.remote_group_with(&network("another"), &id(1), &greedy);
    assert_eq!(resets(&mut scene.proxy), [group]);
}

#[test]
fn whoever_leaves_is_given_back() {
    let mut scene = Scene::new(Config::default());
    let share = scene.link(1);
    let group = scene.remote_group(1, &share);
    let before = scene.account.total();
    // More than have room at one time.
    for member in 0..(2 * MAX / KEPT_PER_MEMBER) as u32 {
        scene.proxy.stream(group, &join(member, "me"));
        assert!(scene.account.total() > before + KEPT_PER_MEMBER);
        scene.proxy.stream(group, &Record::Leave { member }.to_bytes());
    }
    assert_eq!((scene.account.total(), resets(&mut scene.proxy)), (before, vec![]));
}

#[test]
fn a_message_without_end_counts_and_what_is_complete_does_not() {
    let mut scene = Scene::new(Config::default());
    let [small, large] = [1, 2].map(|source| scene.link(source));
    let (one, other) = (scene.remote_group(1, &small), scene.remote_group(2, &large));
    let before = scene.account.total();
    let head = [&[3][..], &(LINK_RECORD_MAX as u32).to_be_bytes()].concat();
    scene.proxy.stream(other, &[&head[..], &vec![0; MAX / 2]].concat());
    assert!(scene.account.total() > before + MAX / 2);
    // The body of what may be ignored has any length.
    let ignored = [&[0xff, 0, 0, 0x40, 0][..], &vec![0; 0x4000]].concat();
    let (first, second) = ignored.split_at(0x2000);
    let between = scene.account.total();
    scene.proxy.stream(one, first);
    assert!(scene.account.total() >= between + 0x2000);
    scene.proxy.stream(one, second);
    assert_eq!(scene.account.total(), between);
    scene.proxy.stream(one, &[&head[..], &vec![0; MAX / 2 - 2000]].concat());
    assert!(large.is_overdrawn() && !small.is_overdrawn());
    // It is closed when it adds, or by whoever was told.
    scene.proxy.stream(other, &[0; 0x8000]);
    assert_eq!(resets(&mut scene.proxy), [other]);
}

#[test]
fn members_here_whom_another_proxy_does_not_admit_count() {
    let mut scene = Scene::new(Config::default());
    let share = scene.link(1);
    let group = scene.remote_group(1, &share);
    let before = scene.account.total();
    scene.proxy.stream(group, &Record::NotAdmitted { member: 0 }.to_bytes());
    let after = scene.account.total();
    assert!(after > before);
    scene.proxy.stream(group, &Record::NotAdmitted { member: 0 }.to_bytes());
    assert_eq!(scene.account.total(), after);
    scene.proxy.sever(group);
    assert_eq!(scene.account.total(), 0);
}
