//! Makes things go wrong on the backbone.

use super::brokers::BrokerId;
use super::cable::Cable;
use super::ids::{CableId, Side};
use super::site::Uplink;
use super::{Lan, MachineId};

impl Lan {
    /// Ends a broker, and with it the connections of all its sites. What it had to pass on is lost.
    pub fn kill_broker(&mut self, broker: BrokerId) {
        self.brokers.set_up(broker, false);
        let is_there = |uplink: &Uplink| uplink.broker == broker;
        for machine in (0..self.machines.len()).map(MachineId) {
            let site = self.machines[machine.0].site.as_ref();
            if site.and_then(|site| site.uplink).as_ref().is_some_and(is_there) {
                self.catch_up(machine);
                self.lose_uplink(machine);
            }
        }
    }

    /// Starts a broker that was killed.
    pub fn start_broker(&mut self, broker: BrokerId) {
        self.brokers.set_up(broker, true);
    }

    /// Cuts the cluster: from now on what is said to these brokers does not come to the others, and
    /// is lost.
    pub fn part_brokers(&mut self, part: &[BrokerId]) {
        self.brokers.part(part);
    }

    /// Ends that cut.
    pub fn heal_brokers(&mut self) {
        self.brokers.part(&[]);
    }

    /// Ends the connection of a site to its broker. It makes another one soon.
    pub fn disconnect(&mut self, machine: MachineId) {
        self.catch_up(machine);
        self.lose_uplink(machine);
    }

    /// The next message of each stream between two sites is lost, in one direction.
    pub fn tear(&mut self, from: MachineId, to: MachineId) {
        for (cable, side) in self.ends_between(from, to) {
            if self.cables[cable].is_bridge() {
                self.cables[cable].ways[1 - side].is_torn = true;
            }
        }
    }

    /// Gives whether two machines are linked over the backbone, or have a link that takes that way
    /// and is not ready.
    #[must_use]
    pub fn is_bridged(&self, one: MachineId, other: MachineId) -> bool {
        self.ends_between(one, other).iter().any(|(cable, _)| self.cables[*cable].is_bridge())
    }

    /// Gives whether two sites will hear each other, or do: one that has no broker will have one.
    pub(super) fn has_bridge(&self, one: MachineId, other: MachineId) -> bool {
        let uplink = |machine: MachineId| self.machines[machine.0].site.as_ref().map(|site| site.uplink);
        match (uplink(one), uplink(other)) {
            (Some(Some(one)), Some(Some(other))) => self.brokers.reach(one.broker, other.broker),
            (Some(_), Some(_)) => self.brokers.are_any_up(),
            _ => false,
        }
    }

    /// Whether what is under way to a side of a connection over the backbone arrives. It does not if
    /// one of the two brokers is gone, and it means nothing to another incarnation of a site.
    pub(super) fn carries(&self, cable: CableId, side: Side) -> bool {
        let it: &Cable = &self.cables[cable];
        let [Some(to), Some(from)] = [side, 1 - side].map(|side| it.ends[side].uplink) else { return true };
        let site = self.machines[it.ends[side].machine.0].site.as_ref();
        let is_there = site.is_some_and(|site| site.uplink == Some(to) && !site.is_lost);
        is_there && self.brokers.reach(from.broker, to.broker)
    }
}
