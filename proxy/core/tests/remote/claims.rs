//! To whom an id belongs, in whatever order proxies come, claim, go and return.

use nws_core::{Config, ConnId, Framing};
use nws_protocol::link::{Payload, Record};
use nws_protocol::{IdSource, PeerId, ProxyId};
use nws_sim::{ClientId, Proxy, Word, network};

use crate::pair::{PIECE, id, join, join_generated, resets};

/// The proxy whose members are claimed, and the one that claims them.
const OWNER: u8 = 1;
const CLAIMANT: u8 = 2;

/// The nonce of the member that matters.
const NONCE: u8 = 7;

/// What a proxy does with its links.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A new link is matched on the channel, whether or not an earlier one has ended.
    Match,
    /// The members are announced: one with a generated id, one with a chosen one.
    Announce,
    /// Each of them says something.
    Speak,
    /// The link is over.
    Break,
}

use Step::{Announce, Break, Match, Speak};

/// A proxy with the link that it has.
struct Other {
    id: ProxyId,
    group: Option<ConnId>,
    has_announced: bool,
}

impl Other {
    fn new(n: u8) -> Self {
        Self { id: id(n), group: None, has_announced: false }
    }

    /// The ids of its members as they are known here.
    fn members(&self) -> [String; 2] {
        let nonce = IdSource::Nonce([NONCE; 16]);
        [nonce, IdSource::Choice("alice")]
            .map(|it| PeerId::elsewhere(it, &self.id).expect("an id").to_string())
    }

    fn take(&mut self, step: Step, proxy: &mut Proxy) {
        match step {
            Match => {
                self.group = Some(proxy.remote_group(&network("room"), &self.id));
                self.has_announced = false;
            }
            Announce => self.tell(proxy, &[join_generated(0, NONCE), join(1, "alice")]),
            Speak => {
                let says = |member| Record::Broadcast { member, payload: Payload::Json("1") }.to_bytes();
                self.tell(proxy, &[says(0), says(1)]);
            }
            Break => {
                if let Some(group) = self.group.take() {
                    proxy.sever(group);
                }
                self.has_announced = false;
            }
        }
        self.has_announced |= matches!(step, Announce) && self.group.is_some();
    }

    fn tell(&self, proxy: &mut Proxy, records: &[Vec<u8>]) {
        if let Some(group) = self.group {
            records.iter().for_each(|record| proxy.stream(group, record));
        }
    }
}

/// Every order in which the steps of both can happen.
fn interleavings(one: &[Step], other: &[Step]) -> Vec<Vec<(bool, Step)>> {
    let (Some((first, rest)), Some((other_first, other_rest))) = (one.split_first(), other.split_first())
    else {
        let left = one.iter().map(|&step| (true, step)).chain(other.iter().map(|&step| (false, step)));
        return vec![left.collect()];
    };
    let mut all = Vec::new();
    for (step, tails) in [
        ((true, *first), interleavings(rest, other)),
        ((false, *other_first), interleavings(one, other_rest)),
    ] {
        all.extend(tails.into_iter().map(|tail| [vec![step], tail].concat()));
    }
    all
}

/// Whoever is present speaks under its own ids, and gets what is sent to them.
fn check(proxy: &mut Proxy, watcher: ClientId, present: &mut Vec<String>, others: [&Other; 2]) {
    for event in proxy.seen(watcher) {
        if let Some(id) = event.strip_prefix("connect ") {
            assert!(!present.contains(&id.to_owned()), "{id} came twice");
            present.push(id.to_owned());
        } else if let Some(id) = event.strip_prefix("disconnect ") {
            let at = present.iter().position(|it| it == id).expect("who leaves was there");
            present.remove(at);
        } else {
            let (source, _) = event.split_once(": ").expect("a broadcast");
            assert!(present.contains(&source.to_owned()), "{source} spoke");
        }
    }
    let expected: Vec<String> =
        others.iter().filter(|it| it.has_announced).flat_map(|it| it.members()).collect();
    let [mut is, mut should] = [present.clone(), expected];
    is.sort();
    should.sort();
    assert_eq!(is, should);
    for other in others.into_iter().filter(|it| it.has_announced) {
        for member in other.members() {
            let before = others.map(|it| it.group.map_or(0, |group| proxy.waiting_for(group)));
            proxy.send(watcher, Word::message(&member, "1"));
            for (it, before) in others.into_iter().zip(before) {
                let got = it.group.map_or(0, |group| proxy.waiting_for(group)) > before;
                assert_eq!(got, std::ptr::eq(it, other), "{member} is behind {}", other.id);
            }
        }
    }
    for group in others.iter().filter_map(|it| it.group) {
        proxy.take(group, PIECE);
    }
}

#[test]
fn no_order_of_events_gives_an_id_to_another_proxy() {
    let returns = [Match, Announce, Break, Match, Announce, Speak];
    let hurries = [Match, Announce, Match, Announce, Speak, Break];
    let claims = [Match, Announce, Speak, Break, Match, Announce];
    for owner_steps in [returns, hurries] {
        for order in interleavings(&owner_steps, &claims) {
            let mut proxy = Proxy::new(Config::default(), 1);
            let watcher = proxy.join(&network("room"));
            let (mut owner, mut claimant) = (Other::new(OWNER), Other::new(CLAIMANT));
            let mut present = Vec::new();
            for (is_owner, step) in order {
                if is_owner { &mut owner } else { &mut claimant }.take(step, &mut proxy);
                check(&mut proxy, watcher, &mut present, [&owner, &claimant]);
            }
        }
    }
}

#[test]
fn no_proxy_announces_an_id_of_somebody_here() {
    let mut proxy = Proxy::new(Config::default(), 1);
    let [a, b] = [(); 2].map(|()| proxy.join(&network("room")));
    let alice = proxy.join_as(&network("room"), "alice", Framing::Raw);
    let own = proxy.id(a);
    proxy.seen(a);
    let group = proxy.remote_group(&network("room"), &id(1));
    // The nonce of `a` is in the roster that the other proxy gets.
    let roster = proxy.take(group, PIECE);
    let nonce = roster[10..26].try_into().expect("sixteen bytes");
    assert_eq!(PeerId::generated(proxy.own_id(), &nonce).as_str(), own);
    proxy.stream(group, &Record::Join { member: 0, id: IdSource::Nonce(nonce) }.to_bytes());
    proxy.stream(group, &join(1, "alice"));
    let theirs = PeerId::generated(&id(1), &nonce);
    assert_eq!(proxy.seen(a), [format!("connect {theirs}"), format!("connect alice~{}", id(1))]);
    proxy.send(b, Word::message(&own, "1"));
    proxy.send(b, Word::message("alice", "2"));
    assert_eq!(proxy.seen(a).len(), 1);
    assert_eq!(proxy.seen(alice), ["text 2"]);
    assert_eq!(resets(&mut proxy), []);
    proxy.stream(group, &join(2, &own));
    assert_eq!(resets(&mut proxy), [group]);
}
