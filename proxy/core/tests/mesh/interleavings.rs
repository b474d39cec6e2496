//! However what happens on the connections between two proxies is interleaved, one link remains.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::subsequence;
use proptest::test_runner::RngAlgorithm;

use crate::duel::{Duel, Name, Side, Step};

/// Every order in which two proxies can see what happens, each once: orders that differ only in which of
/// the two is quicker are one (sleep sets).
struct Explorer<'a> {
    begin: &'a dyn Fn() -> Duel,
    /// What breaks at any time, once.
    breaks: Option<(Name, Side)>,
    judge: &'a dyn Fn(Duel),
    orders: usize,
}

impl Explorer<'_> {
    fn visit(&mut self, duel: Duel, path: &mut Vec<Step>, mut asleep: Vec<Step>) {
        let steps = self.steps(&duel, path);
        if steps.is_empty() {
            self.orders += 1;
            return (self.judge)(duel);
        }
        let mut here = Some(duel);
        for step in steps {
            if asleep.contains(&step) {
                continue;
            }
            let mut duel = here.take().unwrap_or_else(|| self.replay(path));
            duel.take(step);
            let still_asleep = asleep.iter().filter(|other| other.side() != step.side());
            path.push(step);
            self.visit(duel, path, still_asleep.copied().collect());
            path.pop();
            asleep.push(step);
        }
    }

    fn steps(&self, duel: &Duel, path: &[Step]) -> Vec<Step> {
        let mut steps = duel.pending();
        if let Some((name, side)) = self.breaks {
            let step = Step::Break(name, side);
            let may_break = duel.connected(side).contains(&name) && !path.contains(&step);
            steps.extend(may_break.then_some(step));
        }
        steps
    }

    fn replay(&self, path: &[Step]) -> Duel {
        let mut duel = (self.begin)();
        path.iter().for_each(|step| duel.take(*step));
        duel
    }
}

fn explore(begin: impl Fn() -> Duel, breaks: Option<(Name, Side)>, judge: impl Fn(Duel)) -> usize {
    let mut explorer = Explorer { begin: &begin, breaks, judge: &judge, orders: 0 };
    explorer.visit(begin(), &mut Vec::new(), Vec::new());
    explorer.orders
}

/// Both sides dial, those in `again` to a configured address besides.
fn all_dial(again: &[Side]) -> Duel {
    let mut duel = Duel::new(1);
    again.iter().for_each(|side| duel.configure(*side));
    duel.take(Step::See(0));
    duel.take(Step::See(1));
    duel.take(Step::Wait(Duration::from_millis(150)));
    duel
}

fn judge_dials(mut duel: Duel) {
    let dials = duel.connections();
    duel.pass(Duration::from_secs(2));
    duel.only_link();
    assert_eq!(duel.connections(), dials, "nobody has to dial again");
    assert_eq!(duel.cuts, 0, "no link that works is closed");
}

#[test]
fn two_dials_end_in_one_of_their_links() {
    let begin = || all_dial(&[]).deaf(true);
    assert!(explore(begin, None, judge_dials) > 50);
}

#[test]
fn three_dials_end_in_one_of_their_links() {
    assert!(explore(|| all_dial(&[0]), None, judge_dials) > 5_000);
}

#[test]
fn what_breaks_on_one_side_meanwhile_is_made_good() {
    for (dialler, side) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        assert!(explore(|| all_dial(&[]), Some(((dialler, 0), side)), Duel::calm_down) > 50);
    }
}

/// One of the things that can happen, as two numbers choose.
fn choose(duel: &Duel, kind: u8, which: usize) -> Step {
    let pending = duel.pending();
    let pick = |steps: &[Step]| steps.get(which % steps.len().max(1)).copied();
    let side = which % 2;
    let wait = Step::Wait(Duration::from_millis([1, 20, 150, 600, 1_100, 4_000, 11_000][which % 7]));
    let ends = [0, 1].into_iter().flat_map(|side| {
        let connected = duel.connected(side).into_iter();
        connected.map(move |name| Step::Break(name, side))
    });
    match kind {
        0..24 => pick(&pending).unwrap_or(wait),
        24..28 => wait,
        28 => Step::See(side),
        29 => Step::Miss(side),
        _ => pick(&ends.collect::<Vec<_>>()).unwrap_or(wait),
    }
}

fn config() -> ProptestConfig {
    let (cases, rng_algorithm) = (2_000, RngAlgorithm::XorShift);
    ProptestConfig { cases, rng_algorithm, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn three_dials_end_in_one_of_their_links_whoever_dials(
        again in 0..2_usize,
        choices in vec(any::<usize>(), 60),
    ) {
        let mut duel = all_dial(&[again]).deaf(true);
        for choice in choices {
            if let Some(step) = duel.pending().get(choice % duel.pending().len().max(1)) {
                duel.take(*step);
            }
        }
        duel.deliver_all();
        judge_dials(duel);
    }

    #[test]
    fn whatever_happens_one_link_remains(
        seed: u64,
        configured in subsequence(vec![0, 1], 0..=2),
        is_deaf: bool,
        steps in vec((0..32_u8, any::<usize>()), 0..80),
    ) {
        let mut duel = Duel::new(seed).deaf(is_deaf);
        configured.into_iter().for_each(|side| duel.configure(side));
        (0..2).for_each(|side| duel.take(Step::See(side)));
        for (kind, which) in steps {
            duel.take(choose(&duel, kind, which));
        }
        duel.calm_down();
    }
}
