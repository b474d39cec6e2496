//! Machines that start, at the same time or one after the other.

use std::time::Duration;

use nws_core::sim::lan::MachineId;

use crate::world::{ROOM, SECOND, World};

/// Each has exactly one link to each.
fn assert_meshed(world: &World, machines: &[MachineId]) {
    for machine in machines {
        let others: Vec<MachineId> = machines.iter().copied().filter(|other| other != machine).collect();
        assert_eq!(world.lan.linked(*machine), others);
    }
}

#[test]
fn those_that_start_together_meet_soon() {
    for (count, within) in [(2, 2), (3, 3), (10, 6), (50, 30)] {
        let (mut world, machines) = World::of(count, 1);
        let took = world.settle(within * SECOND);
        println!("{count}: {took:?}");
        assert_meshed(&world, &machines);
    }
}
