//! What somebody sees who sees only lengths and when they come.

use std::collections::BTreeSet;

use proptest::collection::btree_set;
use proptest::prelude::*;

use crate::cases;
use crate::pair::Pair;

/// Whose frame it is, and how long.
fn lengths(
    one: &BTreeSet<String>,
    two: &BTreeSet<String>,
    slots_max: u16,
    parts: &[usize],
) -> Vec<(bool, usize)> {
    let mut pair = Pair::new(slots_max);
    pair.one.offer(one.iter().map(String::as_str));
    pair.two.offer(two.iter().map(String::as_str));
    let mut lengths = Vec::new();
    let mut parts = parts.iter().cycle();
    loop {
        let mut is_still = true;
        for second in [false, true] {
            let (side, _) = pair.sides(second);
            is_still &= side.sent.is_empty() && side.works.is_empty() && side.waiting == 0;
            lengths.extend(side.sent.front().map(|frame| (second, frame.len())));
            pair.deliver(second).unwrap();
            let (side, _) = pair.sides(second);
            side.grant(*parts.next().unwrap());
            side.work(0).unwrap();
        }
        if is_still {
            return lengths;
        }
    }
}

fn names(count: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = BTreeSet<String>> {
    btree_set("[a-e]{1,40}|[a-e]{1,2}", count)
}

proptest! {
    #![proptest_config(cases())]

    /// Up to eight names on both sides look like none, whatever they are, however long and how many are shared.
    #[test]
    fn they_depend_on_the_bucket_only(one in names(0..=8), two in names(0..=8), part in 1..9_usize) {
        let none = BTreeSet::new();
        prop_assert_eq!(lengths(&one, &two, 1024, &[part]), lengths(&none, &none, 1024, &[part]));
    }
}

/// The same where there are several messages, which are answered in parts.
#[test]
fn in_every_bucket() {
    let many = |count: usize| (0..count).map(|n| format!("n{n}")).collect::<BTreeSet<_>>();
    for (fewest, most) in [(9, 16), (17, 32), (65, 128), (129, 256)] {
        for parts in [&[64_usize][..], &[7, 30, 1]] {
            let lengths = |count| lengths(&many(count), &many(9), 1024, parts);
            assert_eq!(lengths(fewest), lengths(most));
            assert_ne!(lengths(most), lengths(most + 1));
        }
    }
}

/// Nobody sees a name taking the place of one that was withdrawn before it was sent.
#[test]
fn a_change_of_mind_before_the_first_message() {
    let mut changed = Pair::new(8);
    let mut plain = Pair::new(8);
    changed.one.offer(["a", "b"]);
    plain.one.offer(["a", "b"]);
    for pair in [&mut changed, &mut plain] {
        pair.deliver(true).unwrap();
    }
    // The first message is being blinded.
    changed.one.withdraw("a");
    changed.settle().unwrap();
    plain.settle().unwrap();
    let lengths = |pair: &Pair| pair.one.log.iter().map(Vec::len).collect::<Vec<_>>();
    let (mut changed, plain) = (lengths(&changed), lengths(&plain));
    assert_eq!(changed.remove(2), 3, "LEAVE, behind the BLIND");
    assert_eq!(changed, plain);
}
