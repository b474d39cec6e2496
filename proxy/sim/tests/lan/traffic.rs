//! What peers of different machines say to each other.

use std::time::Duration;

use crate::world::{ROOM, SECOND, World};

#[test]
fn ten_thousand_messages_arrive_in_order_and_once() {
    let (mut world, machines) = World::of(3, 1);
    world.settle(2 * SECOND);
    let speakers = machines.iter().map(|machine| world.on(*machine)[0]).collect::<Vec<_>>();
    for _ in 0..10_000 {
        world.broadcast(speakers[0], 0);
    }
    world.advance(SECOND);
    assert_eq!(world.heard(speakers[1], speakers[0]), 10_000);
    assert_eq!(world.heard(speakers[2], speakers[0]), 10_000);
}

#[test]
fn large_messages_fill_windows_and_all_arrive() {
    let (mut world, machines) = World::of(2, 2);
    world.settle(SECOND);
    let speakers = machines.iter().map(|machine| world.on(*machine)[0]).collect::<Vec<_>>();
    for _ in 0..20 {
        speakers.iter().for_each(|who| world.broadcast(*who, 500_000));
    }
    world.advance(10 * SECOND);
    assert_eq!(world.heard(speakers[0], speakers[1]), 20);
    assert_eq!(world.heard(speakers[1], speakers[0]), 20);
}

/// Its channel has been empty meanwhile, and the other machine believes so still.
#[test]
fn who_comes_instead_of_another_one_misses_nothing_between() {
    let (mut world, machines) = World::of(2, 5);
    world.settle(SECOND);
    let speaker = world.on(machines[0])[0];
    for millis in 0..10 {
        let before = world.on(machines[1])[0];
        world.leave(before);
        for time in 0..10 {
            world.broadcast(speaker, 0);
            if time == millis {
                world.join(machines[1], ROOM);
            }
            world.advance(Duration::from_millis(1));
        }
        world.settle(SECOND);
    }
}

#[test]
fn what_is_said_while_links_break_is_heard_in_order_or_its_speaker_leaves() {
    for seed in 0..10 {
        let (mut world, machines) = World::of(4, seed);
        world.settle(2 * SECOND);
        for round in 0..200_usize {
            let who = world.on(machines[round % 4])[0];
            world.broadcast(who, round);
            world.message(who, round);
            if round % 40 == 39 {
                world.lan.cut(machines[round / 40 % 4], machines[(round / 40 + 1) % 4]);
            }
            world.advance(Duration::from_millis((seed * 7 + round as u64) % 40));
        }
        world.settle(6 * SECOND);
    }
}

#[test]
fn peers_come_and_go_on_all_machines() {
    let (mut world, machines) = World::of(10, 3);
    for round in 0..300_usize {
        let machine = machines[round * 7 % 10];
        match world.on(machine).as_slice() {
            [_, _, third, ..] => world.leave(*third),
            some => {
                some.iter().for_each(|who| world.broadcast(*who, 5));
                world.join(machine, [ROOM, ROOM, 1, 2, 3][round % 5]);
            }
        }
        world.advance(Duration::from_millis(round as u64 * 37 % 300));
    }
    world.settle(SECOND);
}
