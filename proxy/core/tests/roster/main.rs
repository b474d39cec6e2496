//! The roster against a reference model: whatever clients do, each sees every peer come once and go
//! once, and everything in between, in order.

mod peer;
mod step;
mod verdict;
mod world;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngAlgorithm;

use step::Step;
use world::World;

/// Half of the time goes to random numbers: xorshift is the fastest without optimisation.
fn config() -> ProptestConfig {
    let (cases, rng_algorithm) = (10_000, RngAlgorithm::XorShift);
    ProptestConfig { cases, rng_algorithm, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_history_is_what_the_model_says(seed: u64, steps in vec(Step::any(), 1..40)) {
        let mut world = World::new(seed);
        steps.into_iter().for_each(|step| world.take(step));
        world.catch_up();
        world.judge();
        world.empty();
    }
}
