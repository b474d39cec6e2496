//! A network that falls into parts, where nobody is told that nothing arrives any more.

use std::time::Duration;

use nws_sim::lan::{MachineId, Weather};

use crate::world::{ROOM, SECOND, World};

/// Parts the network for so long, and heals it.
fn part(world: &mut World, part: &[MachineId], time: Duration) {
    world.lan.partition(part);
    let noticed = world.settle(15 * SECOND);
    world.advance(time - noticed);
    world.lan.heal();
    world.settle(5 * SECOND);
}

#[test]
fn a_partition_is_noticed_within_15_seconds_and_its_end_within_5() {
    for (count, cut) in [(2, 1), (3, 1), (10, 3), (50, 25)] {
        let times = if count < 10 { &[16, 30, 300, 550][..] } else { &[30] };
        for (round, &seconds) in times.iter().enumerate() {
            let (mut world, machines) = World::of(count, round as u64);
            world.settle(25 * SECOND);
            part(&mut world, &machines[..cut], seconds * SECOND);
        }
    }
}

#[test]
fn a_short_one_is_not_noticed() {
    for seed in 0..10 {
        let (mut world, machines) = World::of(4, seed);
        world.settle(2 * SECOND);
        world.advance(Duration::from_millis(seed * 373));
        world.lan.partition(&machines[..2]);
        world.lan.advance(4 * SECOND);
        world.lan.heal();
        world.stay(30 * SECOND);
    }
}

#[test]
fn one_that_ends_while_it_is_noticed_leaves_nothing_behind() {
    for tenths in 85..125 {
        let (mut world, machines) = World::of(4, 7);
        world.settle(2 * SECOND);
        world.lan.partition(&machines[..2]);
        world.advance(tenths * SECOND / 10);
        world.lan.heal();
        world.advance(12 * SECOND);
        world.settle(5 * SECOND);
        world.stay(30 * SECOND);
    }
}

#[test]
fn parts_that_change_end_in_one_network() {
    let (mut world, machines) = World::of(8, 8);
    world.settle(5 * SECOND);
    for round in 0..8 {
        let (one, other) = (round % 8, (round * 3 + 1) % 8);
        world.lan.partition(&[machines[one], machines[other]]);
        world.advance(7 * SECOND);
    }
    world.lan.heal();
    world.advance(12 * SECOND);
    world.settle(5 * SECOND);
}

/// On both sides of the partition channels are joined and left meanwhile.
#[test]
fn what_changes_meanwhile_is_known_afterwards() {
    let (mut world, machines) = World::of(4, 9);
    world.settle(2 * SECOND);
    world.lan.partition(&machines[..2]);
    world.advance(5 * SECOND);
    for &machine in &machines {
        let who = world.on(machine)[0];
        world.leave(who);
        world.join(machine, ROOM + 1);
        world.join(machine, ROOM);
    }
    world.settle(15 * SECOND);
    world.lan.heal();
    world.settle(5 * SECOND);
}

/// Who dials the one that was there finds another one, or a refusal.
#[test]
fn one_that_starts_again_while_it_is_away_is_found_soon_after() {
    for (seed, seconds) in (0..20).flat_map(|seed| [(seed, 20), (seed, 72), (seed, 300)]) {
        let (mut world, machines) = World::of(4, seed);
        world.settle(5 * SECOND);
        world.lan.partition(&machines[..2]);
        world.settle(15 * SECOND);
        world.lose(machines[3]);
        let successor = world.lan.restart(machines[3]);
        world.join(successor, ROOM);
        world.advance(seconds * SECOND);
        world.lan.heal();
        world.settle(5 * SECOND);
    }
}

/// Whoever answers shows that the network is back: all are asked then.
#[test]
fn one_that_comes_while_it_is_away_is_found_soon_after() {
    for (seed, seconds) in (0..20).flat_map(|seed| [(seed, 20), (seed, 72), (seed, 300)]) {
        let (mut world, machines) = World::of(4, seed);
        world.lan.set_weather(Weather { lost_per_mille: 0, ..Weather::default() });
        world.settle(5 * SECOND);
        world.lan.partition(&machines[..2]);
        world.settle(15 * SECOND);
        let newcomer = world.lan.start();
        world.join(newcomer, ROOM);
        world.advance(seconds * SECOND);
        world.lan.heal();
        world.settle(5 * SECOND);
    }
}

#[test]
fn those_who_know_nothing_of_each_other_meet_within_a_minute() {
    for seed in 0..20 {
        let (mut world, machines) = World::of(2, seed);
        world.lan.set_weather(Weather { lost_per_mille: 0, ..Weather::default() });
        world.lan.partition(&machines[..1]);
        world.advance(Duration::from_millis(30_000 + seed * 997));
        world.lan.heal();
        world.settle(60 * SECOND);
    }
}
