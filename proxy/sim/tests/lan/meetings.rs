//! Machines that start, at the same time or one after the other.

use std::time::Duration;

use nws_protocol::ProxyId;
use nws_sim::lan::{MachineId, Weather};

use crate::world::{ROOM, SECOND, World};

/// Each has exactly one link to each.
fn assert_meshed(world: &World, machines: &[MachineId]) {
    for machine in machines {
        let others: Vec<MachineId> = machines.iter().copied().filter(|other| other != machine).collect();
        assert_eq!(world.lan.linked(*machine), others);
    }
}

/// Two new dials in each second of each machine is what takes the time.
#[test]
fn those_that_start_together_meet_soon() {
    for (count, within) in [(2, 1), (3, 2), (10, 5), (50, 25)] {
        let (mut world, machines) = World::of(count, 1);
        world.settle(within * SECOND);
        world.advance(SECOND);
        assert_meshed(&world, &machines);
        world.stay(10 * SECOND);
    }
}

#[test]
fn one_that_comes_late_meets_all_at_once() {
    for count in [2, 10, 49] {
        let (mut world, mut machines) = World::of(count, 2);
        world.settle(25 * SECOND);
        world.advance(60 * SECOND);
        let newcomer = world.lan.start();
        world.join(newcomer, ROOM);
        // They dial it, each when it is announced to them: at once, or the second time.
        world.settle(SECOND * 13 / 10);
        machines.push(newcomer);
        assert_meshed(&world, &machines);
    }
}

#[test]
fn a_channel_that_is_joined_on_live_links_takes_a_few_trips() {
    let (mut world, machines) = World::of(3, 3);
    world.settle(2 * SECOND);
    for &machine in &machines {
        world.join(machine, ROOM + 1);
    }
    assert!(world.settle(SECOND) <= Duration::from_millis(20));
}

/// A page's reload costs nothing, and one that comes back much later is found again.
#[test]
fn a_channel_that_was_left_can_be_joined_again_at_any_time() {
    for pause in [0, 1, 5, 20, 29_999, 30_000, 30_001, 30_003, 30_006, 60_000] {
        let (mut world, machines) = World::of(2, 4);
        world.settle(SECOND);
        for &machine in &machines {
            let who = world.on(machine)[0];
            world.leave(who);
            world.advance(Duration::from_millis(pause));
            world.join(machine, ROOM);
        }
        assert!(world.settle(SECOND) <= Duration::from_millis(40));
    }
}

#[test]
fn those_who_were_there_first_may_have_left_before_a_link_is_there() {
    let (mut world, machines) = World::of(2, 7);
    for _ in 0..3 {
        world.join(machines[0], ROOM);
    }
    let first = world.on(machines[0])[0];
    world.leave(first);
    world.settle(SECOND);
    world.stay(10 * SECOND);
}

#[test]
fn local_channels_stay_on_their_machine_and_ids_may_be_the_same_elsewhere() {
    let (mut world, machines) = World::of(2, 5);
    for channel in 0..4 {
        for &machine in &machines {
            assert!(world.join_as(machine, channel, "same").is_some());
            assert!(world.join_as(machine, channel, "same").is_none());
            world.join(machine, channel);
        }
    }
    world.settle(SECOND);
    world.present().into_iter().for_each(|who| world.broadcast(who, 10));
    world.stay(10 * SECOND);
}

/// Dials that cross, that are late, and announcements that get lost.
#[test]
fn slow_networks_end_with_one_link_too() {
    for (least, most) in [(0, 50), (50, 100), (0, 400), (100, 700)] {
        let weather = Weather {
            latency_min: Duration::from_millis(least),
            latency_max: Duration::from_millis(most),
            lost_per_mille: 500,
            ..Weather::default()
        };
        for seed in 0..20 {
            let mut world = World::with(weather, seed);
            let machines: Vec<MachineId> = (0..4).map(|_| world.lan.start()).collect();
            for &machine in &machines {
                world.join(machine, ROOM);
            }
            world.advance(900 * SECOND);
            world.settle(30 * SECOND);
            assert_meshed(&world, &machines);
        }
    }
}

/// Announcements that lead nowhere, to somebody else, or to the listener itself.
#[test]
fn lies_keep_nobody_apart() {
    let somewhere = |n: u8| vec![([10, 0, 0, n % 8], 9010).into()];
    for seed in 0..3 {
        let (mut world, machines) = World::of(5, seed);
        for n in 0..200 {
            for &machine in &machines {
                let phantom = ProxyId::from_digest(&[n; 32]);
                world.lan.lie(machine, phantom, somewhere(n));
                let real = world.lan.id(machines[usize::from(n) % machines.len()]).clone();
                world.lan.lie(machine, real, somewhere(n / 7));
            }
            world.advance(SECOND / 100);
        }
        // Everybody tells the truth about himself when he is asked again, as far as it is heard.
        world.settle(250 * SECOND);
        world.advance(400 * SECOND);
        assert_meshed(&world, &machines);
    }
}
