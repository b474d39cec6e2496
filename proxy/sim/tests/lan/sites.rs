//! Sites of a backbone: networks that share nothing but brokers, of which some fail.

use std::time::Duration;

use nws_sim::lan::MachineId;

use crate::world::{SECOND, World};

/// Messages are lost for up to ten seconds before anybody knows, and a dial that leads nowhere takes five.
const NOTICED: Duration = Duration::from_secs(25);

/// Something that goes wrong, and what is to be done later.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// A broker goes, and comes back.
    Broker,
    /// All brokers go, and come back.
    Brokers,
    /// The brokers are parted for a time that nobody notices, or everybody.
    Parted,
    /// One site loses its connection to its broker.
    Disconnected,
    /// A process is killed, and nobody is told.
    Killed,
    /// One starts again with another id.
    Restarted,
    /// A machine loses its power.
    Off,
    /// A process stands still.
    Stopped,
    /// A message of a stream is lost.
    Torn,
    /// A stream is ended at both sides.
    Cut,
    /// A stream is ended at one side.
    Lost,
    /// A machine is carried into the network of another one, and away again.
    Carried,
}

const FAULTS: [Fault; 12] = [
    Fault::Broker,
    Fault::Brokers,
    Fault::Parted,
    Fault::Disconnected,
    Fault::Killed,
    Fault::Restarted,
    Fault::Off,
    Fault::Stopped,
    Fault::Torn,
    Fault::Cut,
    Fault::Lost,
    Fault::Carried,
];

/// Each has exactly one link to each, by the way that it should take.
fn assert_meshed(world: &World, machines: &[MachineId], networks: &[usize]) {
    for (machine, network) in machines.iter().zip(networks) {
        let mut others: Vec<MachineId> = machines.iter().copied().filter(|other| other != machine).collect();
        others.sort();
        assert_eq!(world.lan.linked(*machine), others);
        for (other, its_network) in machines.iter().zip(networks).filter(|(other, _)| *other != machine) {
            assert_eq!(world.lan.is_bridged(*machine, *other), network != its_network);
        }
    }
}

/// Everybody says something to all, and something to one.
fn talk(world: &mut World, rounds: usize) {
    for round in 0..rounds {
        for who in world.present() {
            world.broadcast(who, 10);
            world.message(who, round);
        }
        world.advance(Duration::from_millis(17));
    }
}

/// What goes wrong goes wrong while all talk, after so many seconds of peace.
fn suffer(world: &mut World, machines: &mut Vec<MachineId>, networks: &[usize], fault: Fault, seed: u64) {
    let [one, other] = [seed as usize % machines.len(), (seed as usize + 1) % machines.len()];
    let time = Duration::from_millis(300 + seed * 1_700);
    match fault {
        Fault::Broker => {
            world.lan.kill_broker(seed as usize % 3);
            talk(world, 20);
            world.advance(time);
            world.lan.start_broker(seed as usize % 3);
        }
        Fault::Brokers => {
            (0..3).for_each(|broker| world.lan.kill_broker(broker));
            talk(world, 20);
            world.advance(time);
            (0..3).for_each(|broker| world.lan.start_broker(broker));
        }
        Fault::Parted => {
            world.lan.part_brokers(&[seed as usize % 3]);
            talk(world, 20);
            world.advance(time);
            world.lan.heal_brokers();
        }
        Fault::Disconnected => world.lan.disconnect(machines[one]),
        Fault::Killed => {
            world.kill(machines.remove(one));
        }
        Fault::Restarted => {
            world.lose(machines[one]);
            machines[one] = world.lan.restart(machines[one]);
            let successor = machines[one];
            world.join(successor, crate::world::ROOM);
        }
        Fault::Off => world.switch_off(machines.remove(one)),
        Fault::Stopped => {
            world.stop(machines[one]);
            talk(world, 20);
            world.advance(time);
            world.resume(machines[one]);
        }
        Fault::Torn => world.lan.tear(machines[one], machines[other]),
        Fault::Cut => world.lan.cut(machines[one], machines[other]),
        Fault::Lost => world.lose_links(machines[one], machines[other]),
        Fault::Carried => {
            world.lan.carry(machines[one], networks[other]);
            talk(world, 20);
            world.settle(NOTICED);
            talk(world, 20);
            world.advance(time);
            world.lan.carry(machines[one], networks[one]);
        }
    }
    talk(world, 40);
}

/// After any single fault, at any moment, all who are there see all who are there, and nobody else.
fn survive(networks: &[usize], fault: Fault, seed: u64) {
    let (mut world, mut machines) = World::of_networks(networks, 3, seed);
    // Some of it goes wrong while they meet.
    world.advance(Duration::from_millis(seed * seed * 97));
    talk(&mut world, 5);
    suffer(&mut world, &mut machines, networks, fault, seed);
    world.settle(NOTICED);
    talk(&mut world, 20);
    // What nobody has noticed until now is noticed.
    world.advance(NOTICED);
    world.settle(NOTICED);
    if machines.len() == networks.len() {
        assert_meshed(&world, &machines, networks);
    }
    world.stay(10 * SECOND);
}

#[test]
fn sites_that_start_together_meet_soon() {
    for (count, brokers, within) in [(2, 1, 3), (3, 3, 3), (10, 3, 4), (50, 3, 10)] {
        let (mut world, machines) = World::of_sites(count, brokers, 1);
        let took = world.settle(within * SECOND);
        println!("{count} {took:?}");
        world.advance(SECOND);
        assert_meshed(&world, &machines, &(0..count).collect::<Vec<_>>());
        world.stay(10 * SECOND);
    }
}

#[test]
fn no_ghost_is_left_of_any_fault_and_nobody_is_missing() {
    for fault in FAULTS {
        for seed in 0..10 {
            println!("{fault:?}, {seed}");
            survive(&[0, 1, 2, 3], fault, seed);
        }
    }
}

#[test]
fn nor_of_any_fault_between_networks_with_direct_links_in_each() {
    for fault in FAULTS {
        for seed in 0..10 {
            println!("{fault:?}, {seed}");
            survive(&[0, 0, 0, 1, 1, 1], fault, seed);
        }
    }
}
