//! Whoever joins is told that it knows everybody who was there: soon, and never wrongly.

use nws_protocol::limits::WELCOME_TIME;
use nws_sim::lan::{Lan, MachineId, Resident, Weather};
use nws_sim::network;

use crate::world::SECOND;

const MS: std::time::Duration = std::time::Duration::from_millis(1);

/// Machines that are linked by one channel, and what is joined next.
fn meet(count: usize, seed: u64) -> (Lan, Vec<MachineId>) {
    let mut lan = Lan::new(Weather::default(), seed);
    let machines: Vec<MachineId> = (0..count).map(|_| lan.start()).collect();
    for &machine in &machines {
        lan.join(machine, &network("all"));
    }
    lan.advance(5 * SECOND);
    assert!(machines.iter().all(|&machine| lan.linked(machine).len() == count - 1));
    (lan, machines)
}

/// How long it takes until somebody is welcomed, and how.
fn welcomed(lan: &mut Lan, resident: Resident) -> (std::time::Duration, usize, bool) {
    let start = lan.elapsed();
    loop {
        if let Some((peers, is_settled)) = lan.welcome(resident) {
            return (lan.elapsed() - start, peers, is_settled);
        }
        assert!(lan.elapsed() - start <= WELCOME_TIME);
        lan.advance(MS);
    }
}

#[test]
fn alone_at_once() {
    let mut lan = Lan::new(Weather::default(), 1);
    let machine = lan.start();
    let resident = lan.join(machine, &network("room"));
    assert_eq!(lan.welcome(resident), Some((0, true)));
}

#[test]
fn live_links_answer_within_some_trips() {
    for seed in 0..20 {
        let (mut lan, machines) = meet(4, seed);
        for (before, &machine) in machines.iter().enumerate() {
            let resident = lan.join(machine, &network("room"));
            let (time, peers, is_settled) = welcomed(&mut lan, resident);
            assert_eq!((peers, is_settled), (before, true), "seed {seed}");
            assert!(time < 40 * MS, "{time:?}");
        }
    }
}

/// Of those who join at about the same time, one at most finds nobody.
#[test]
fn two_that_join_together_are_not_both_the_first() {
    for seed in 0..200 {
        let (mut lan, machines) = meet(3, seed);
        let first = lan.join(machines[0], &network("room"));
        lan.advance(seed as u32 % 20 * MS / 4);
        let second = lan.join(machines[1], &network("room"));
        let (_, of_second, is_settled) = welcomed(&mut lan, second);
        let (_, of_first, _) = welcomed(&mut lan, first);
        assert!(is_settled && of_first + of_second >= 1, "seed {seed}: {of_first}, {of_second}");
    }
}

#[test]
fn a_link_that_never_answers_is_waited_for_no_longer_than_a_moment() {
    let (mut lan, machines) = meet(3, 7);
    lan.stop(machines[1]);
    let resident = lan.join(machines[0], &network("room"));
    assert_eq!(welcomed(&mut lan, resident), (WELCOME_TIME, 0, false));
    let second = lan.join(machines[0], &network("room"));
    assert_eq!(welcomed(&mut lan, second), (WELCOME_TIME, 1, false));
}

#[test]
fn a_link_that_is_lost_while_it_is_waited_for_has_answered() {
    let (mut lan, machines) = meet(2, 8);
    lan.stop(machines[1]);
    let resident = lan.join(machines[0], &network("room"));
    lan.advance(50 * MS);
    assert_eq!(lan.welcome(resident), None);
    lan.kill(machines[1]);
    let (time, peers, is_settled) = welcomed(&mut lan, resident);
    assert_eq!((peers, is_settled), (0, true));
    assert!(time < 40 * MS, "{time:?}");
}
