//! Exactly the channels that both sides know are joined.

use std::collections::BTreeSet;

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

use crate::cases;
use crate::pair::Pair;

fn names() -> impl Strategy<Value = BTreeSet<String>> {
    btree_set("[a-c]{1,2}", 0..=6)
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_both_sides_know_is_joined(
        one in names(),
        two in names(),
        later in vec((any::<bool>(), "[a-c]{1,2}"), 0..3),
        pretends in prop::bool::weighted(0.1),
    ) {
        let mut pair = Pair::new(8);
        (pair.one.pretends, pair.two.pretends) = (pretends, pretends);
        let mut offers = [one, two];
        pair.one.offer(offers[0].iter().map(String::as_str));
        pair.two.offer(offers[1].iter().map(String::as_str));
        pair.settle().unwrap();
        for (second, name) in later {
            // Eight live slots a side.
            if offers[usize::from(second)].len() < 8 {
                pair.sides(second).0.offer([&*name]);
                pair.settle().unwrap();
                offers[usize::from(second)].insert(name);
            }
        }
        let [one, two] = &offers;
        prop_assert_eq!(pair.one.names(), one.intersection(two).collect::<Vec<_>>());
        let searched: BTreeSet<String> = pair.one.searched.iter().map(|(name, _)| name.clone()).collect();
        prop_assert_eq!(&searched, one);
        pair.assert_agreement();
    }
}

#[test]
fn whoever_was_in_a_channel_before_is_known_when_it_is_searched() {
    let mut pair = Pair::new(8);
    pair.two.offer(["a", "b"]);
    pair.settle().unwrap();
    pair.one.offer(["a", "c"]);
    pair.settle().unwrap();
    pair.one.searched.sort();
    let searched = [("a".to_owned(), true), ("c".to_owned(), false)];
    assert_eq!(pair.one.searched, searched);
    pair.one.offer(["a", "c"]);
    assert_eq!(pair.one.searched[2..], searched, "it is known already");
}

#[test]
fn what_is_not_proven_yet_is_waited_for() {
    let mut pair = Pair::new(8);
    pair.settle().unwrap();
    pair.two.offer(["a"]);
    pair.two.work(0).unwrap();
    pair.deliver(true).unwrap();
    pair.one.offer(["b"]);
    // It asks, is answered and proves, and evaluates nothing of the other side's.
    for _ in 0..20 {
        pair.one.work(0).unwrap();
        pair.deliver(false).unwrap();
        pair.two.grant(64);
        pair.two.work(0).unwrap();
        pair.deliver(true).unwrap();
    }
    assert_eq!(pair.one.searched, []);
    pair.settle().unwrap();
    assert_eq!(pair.one.searched, [("b".to_owned(), false)]);
}

#[test]
fn nothing_is_offered() {
    let mut pair = Pair::new(1024);
    pair.settle().unwrap();
    pair.assert_agreement();
    assert!(pair.one.is_ready && pair.two.is_ready && pair.one.matched.is_empty());
}

#[test]
fn a_channel_is_left_and_joined_again() {
    let mut pair = Pair::new(8);
    pair.one.offer(["a"]);
    pair.two.offer(["a"]);
    pair.settle().unwrap();
    for second in [false, true, true, false] {
        pair.assert_agreement();
        assert_eq!(pair.one.names(), ["a"]);
        pair.sides(second).0.withdraw("a");
        pair.settle().unwrap();
        assert!(pair.one.matched.is_empty() && pair.two.matched.is_empty());
        pair.sides(second).0.offer(["a"]);
        pair.settle().unwrap();
    }
    pair.assert_agreement();
    assert_eq!(pair.one.names(), ["a"]);
}

/// A thousand channels a side, of which every third is shared.
#[test]
fn many_channels() {
    let names = |step: usize| (0..1000_usize).map(move |n| format!("n{}", n * step)).collect::<Vec<_>>();
    let mut pair = Pair::new(1024);
    pair.one.offer(names(2).iter().map(String::as_str));
    pair.two.offer(names(3).iter().map(String::as_str));
    pair.settle().unwrap();
    pair.assert_agreement();
    assert_eq!(pair.one.matched.len(), 334);
}
