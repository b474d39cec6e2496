//! Whatever overtakes what, both sides end up in the same channels, and no data is taken for that of another life of
//! its channel.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::cases;
use crate::pair::Pair;

const NAMES: [&str; 3] = ["a", "b", "c"];

#[derive(Clone, Copy, Debug)]
enum Step {
    Offer(&'static str),
    /// Nobody is in it, until it is offered again: in the end, if not before.
    Linger(&'static str),
    Withdraw(&'static str),
    Speak(&'static str),
    /// The next frame of this side arrives.
    Deliver,
    /// All frames of this side arrive, and the other does what they ask for.
    Flow,
    Grant(usize),
    Work(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let name = || (0..NAMES.len()).prop_map(|name| NAMES[name]);
    prop_oneof![
        2 => name().prop_map(Step::Offer),
        1 => name().prop_map(Step::Linger),
        1 => name().prop_map(Step::Withdraw),
        3 => name().prop_map(Step::Speak),
        3 => Just(Step::Deliver),
        3 => Just(Step::Flow),
        2 => (1..5_usize).prop_map(Step::Grant),
        3 => (0..3_usize).prop_map(Step::Work),
    ]
}

fn flow(pair: &mut Pair, second: bool) {
    while !pair.sides(second).0.sent.is_empty() {
        pair.deliver(second).unwrap();
    }
    let (_, other) = pair.sides(second);
    other.grant(64);
    while !other.works.is_empty() {
        other.work(0).unwrap();
    }
}

/// What both sides offer in the end.
fn run(pair: &mut Pair, steps: &[(bool, Step)]) -> Vec<&'static str> {
    let mut offers = [BTreeSet::new(), BTreeSet::new()];
    for &(second, step) in steps {
        let offers = &mut offers[usize::from(second)];
        let (side, _) = pair.sides(second);
        match step {
            Step::Offer(name) => {
                side.offer([name]);
                offers.insert(name);
            }
            Step::Linger(name) => side.linger([name]),
            Step::Withdraw(name) => {
                side.withdraw(name);
                offers.remove(name);
            }
            Step::Speak(name) => side.speak(name),
            Step::Deliver => pair.deliver(second).unwrap(),
            Step::Flow => flow(pair, second),
            Step::Grant(count) => side.grant(count),
            Step::Work(which) => side.work(which).unwrap(),
        }
    }
    pair.one.offer(offers[0].iter().copied());
    pair.two.offer(offers[1].iter().copied());
    pair.settle().unwrap();
    offers[0].intersection(&offers[1]).copied().collect()
}

proptest! {
    #![proptest_config(cases())]

    /// From the first frame on. Three slots: so there is never one to spare, and slots that stand for nothing give way.
    #[test]
    fn any_order(steps in vec((any::<bool>(), step()), 0..80)) {
        let mut pair = Pair::new(3);
        let shared = run(&mut pair, &steps);
        prop_assert_eq!(pair.one.names(), shared);
        pair.assert_agreement();
    }

    /// With everything shared already, so that most steps leave or come back.
    #[test]
    fn any_order_of_a_matched_pair(steps in vec((any::<bool>(), step()), 0..80)) {
        let mut pair = Pair::new(4);
        let joined = [false, true].map(|second| NAMES.map(|name| (second, Step::Offer(name))));
        run(&mut pair, joined.as_flattened());
        prop_assert_eq!(pair.one.names(), NAMES);
        let mut offers = [BTreeSet::from(NAMES), BTreeSet::from(NAMES)];
        for &(second, step) in &steps {
            match step {
                Step::Offer(name) => { offers[usize::from(second)].insert(name); }
                Step::Withdraw(name) => { offers[usize::from(second)].remove(name); }
                Step::Linger(_)
                | Step::Speak(_)
                | Step::Deliver
                | Step::Flow
                | Step::Grant(_)
                | Step::Work(_) => {}
            }
        }
        run(&mut pair, &steps);
        let shared: Vec<_> = offers[0].intersection(&offers[1]).copied().collect();
        prop_assert_eq!(pair.one.names(), shared);
        pair.assert_agreement();
    }
}

/// One side joins by an earlier tag of the other, which has left and not said so yet: data comes for a slot that has
/// matched on one side only.
#[test]
fn data_for_a_channel_that_was_left_before_the_tag_came() {
    let mut pair = Pair::new(8);
    pair.one.offer(["a"]);
    pair.settle().unwrap();
    pair.two.offer(["a"]);
    for second in [true, true, false, true, false] {
        flow(&mut pair, second);
    }
    assert_eq!((pair.one.names().len(), pair.two.names().len()), (0, 1));
    pair.two.speak("a");
    pair.one.withdraw("a");
    pair.settle().unwrap();
    assert!(pair.one.matched.is_empty() && pair.two.matched.is_empty());
    pair.one.offer(["a"]);
    pair.settle().unwrap();
    assert_eq!(pair.one.names(), ["a"]);
    pair.assert_agreement();
}
