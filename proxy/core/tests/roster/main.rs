//! The roster against a reference model: whatever clients do, each sees every peer come once and go
//! once, and everything in between, in order.

mod peer;
mod step;
mod verdict;
mod world;

use proptest::collection::vec;
use proptest::prelude::*;

use step::Step;
use world::World;

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_history_is_what_the_model_says(seed: u64, steps in vec(Step::any(), 1..40)) {
        let mut world = World::new(seed);
        steps.into_iter().for_each(|step| world.take(step));
        world.catch_up();
        world.judge();
        world.empty();
    }
}
