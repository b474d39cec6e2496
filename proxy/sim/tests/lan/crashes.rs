//! Machines that crash, stand still and come back, and connections that break.

use std::time::Duration;

use crate::world::{ROOM, SECOND, World};

const AT_ONCE: Duration = Duration::from_millis(100);

#[test]
fn a_killed_process_is_missed_at_once_and_its_successor_found() {
    let (mut world, machines) = World::of(4, 1);
    world.settle(2 * SECOND);
    world.kill(machines[0]);
    assert!(world.settle(SECOND) <= AT_ONCE);
    world.advance(7 * SECOND);
    let successor = world.lan.restart(machines[0]);
    world.join(successor, ROOM);
    world.settle(2 * SECOND);
    world.stay(60 * SECOND);
}

#[test]
fn a_process_that_is_restarted_at_once_is_found_too() {
    for seed in 0..20 {
        let (mut world, machines) = World::of(4, seed);
        world.settle(2 * SECOND);
        world.lose(machines[seed as usize % 4]);
        let successor = world.lan.restart(machines[seed as usize % 4]);
        world.join(successor, ROOM);
        world.settle(3 * SECOND);
        world.stay(20 * SECOND);
    }
}

#[test]
fn a_machine_without_power_is_missed_within_15_seconds() {
    for seed in 0..20 {
        let (mut world, machines) = World::of(4, seed);
        world.settle(2 * SECOND);
        world.advance(Duration::from_millis(seed * 173));
        world.switch_off(machines[0]);
        let took = world.settle(15 * SECOND);
        assert!(took > 6 * SECOND, "it says nothing: {took:?}");
    }
}

/// Whoever speaks to it hears that it is not there any more.
#[test]
fn a_machine_that_is_back_before_it_is_missed_is_another_one() {
    let (mut world, machines) = World::of(4, 2);
    world.settle(2 * SECOND);
    world.switch_off(machines[0]);
    world.advance(SECOND);
    let successor = world.lan.restart(machines[0]);
    world.join(successor, ROOM);
    world.settle(5 * SECOND);
    world.stay(20 * SECOND);
}

#[test]
fn one_that_stands_still_for_a_short_time_is_not_missed() {
    let (mut world, machines) = World::of(4, 3);
    world.settle(2 * SECOND);
    let links = world.lan.linked(machines[1]);
    world.stop(machines[0]);
    world.lan.advance(6 * SECOND);
    world.resume(machines[0]);
    world.stay(20 * SECOND);
    assert_eq!(world.lan.linked(machines[1]), links);
}

#[test]
fn one_that_stands_still_for_long_leaves_and_comes_back() {
    for (seconds, seed) in [(11, 1), (12, 2), (30, 3), (300, 4), (590, 5)] {
        let (mut world, machines) = World::of(4, seed);
        world.settle(2 * SECOND);
        world.stop(machines[0]);
        world.advance(seconds * SECOND);
        world.resume(machines[0]);
        world.settle(6 * SECOND);
        world.stay(20 * SECOND);
    }
}

#[test]
fn all_that_stand_still_at_the_same_time_miss_nobody() {
    let (mut world, machines) = World::of(4, 4);
    world.settle(2 * SECOND);
    machines.iter().for_each(|machine| world.stop(*machine));
    world.lan.advance(3600 * SECOND);
    machines.iter().for_each(|machine| world.resume(*machine));
    assert!(world.is_settled());
    world.stay(20 * SECOND);
}

#[test]
fn a_connection_that_breaks_is_replaced_soon() {
    for seed in 0..50 {
        let (mut world, machines) = World::of(3, seed);
        world.settle(3 * SECOND);
        world.advance(Duration::from_millis(seed * 173));
        world.lan.cut(machines[0], machines[1]);
        world.advance(Duration::from_millis(20));
        assert!(!world.is_settled(), "what was lost is seen");
        world.settle(3 * SECOND);
    }
}

#[test]
fn a_connection_that_one_side_has_lost_stands_in_nobodys_way() {
    for seed in 0..50 {
        let (mut world, machines) = World::of(3, seed);
        world.settle(3 * SECOND);
        world.advance(Duration::from_millis(seed * 173));
        world.lan.lose(machines[seed as usize % 2], machines[1 - seed as usize % 2]);
        world.advance(Duration::from_millis(1));
        world.settle(5 * SECOND);
    }
}
