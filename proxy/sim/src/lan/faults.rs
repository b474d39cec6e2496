//! Makes things go wrong.

use std::time::Duration;

use super::cable::Packet;
use super::ids::{CableId, Side};
use super::machine::{Health, Machine};
use super::schedule::Happening;
use super::{Lan, MachineId};

impl Lan {
    /// Kills the process of a machine. Its kernel ends all connections, and refuses others.
    pub fn kill(&mut self, machine: MachineId) {
        if self.machines[machine.0].health == Health::Off {
            return;
        }
        for (cable, side) in self.ends_at(machine) {
            // No kernel knows of a stream over the backbone.
            if !self.cables[cable].is_bridge() {
                self.send_packet(cable, side, Packet::Fin);
            }
        }
        self.die(machine, Health::Killed);
    }

    /// Takes the power from a machine, which sends nothing any more.
    pub fn switch_off(&mut self, machine: MachineId) {
        self.die(machine, Health::Off);
    }

    /// Starts a machine again. It has another id, and has forgotten everything.
    pub fn restart(&mut self, machine: MachineId) -> MachineId {
        if self.machines[machine.0].health != Health::Off {
            self.kill(machine);
        }
        let Machine { address, network, .. } = self.machines[machine.0];
        self.start_at(address, network)
    }

    /// Stops the process of a machine: it stands still.
    pub fn stop(&mut self, machine: MachineId) {
        if self.machines[machine.0].is_running() {
            self.machines[machine.0].health = Health::Stopped;
        }
    }

    /// Lets the process of a machine go on. It finds everything that has come meanwhile, and
    /// everything that it should have done.
    pub fn resume(&mut self, machine: MachineId) {
        if self.machines[machine.0].health != Health::Stopped {
            return;
        }
        self.machines[machine.0].health = Health::Running;
        self.machines[machine.0].alarm = None;
        let proxy = &mut self.machines[machine.0].proxy;
        proxy.stand_still(self.clock.elapsed().saturating_sub(proxy.elapsed()));
        self.set_alarm(machine);
        if let Some(site) = &mut self.machines[machine.0].site {
            site.alarm = None;
            if site.is_lost {
                self.lose_uplink(machine);
            }
            self.beat(machine);
        }
        self.deliver_again(Duration::ZERO);
    }

    /// Ends every connection between two machines. The two sides see it one after the other.
    pub fn cut(&mut self, one: MachineId, other: MachineId) {
        for (cable, side) in self.ends_between(one, other) {
            for side in [side, 1 - side] {
                self.cables[cable].ways[side].packets.retain(|(_, packet)| *packet == Packet::Connected);
                self.send_packet(cable, 1 - side, Packet::Fin);
            }
        }
    }

    /// Ends every connection between two machines at one side. The other side learns of that only
    /// when it sends something.
    pub fn lose(&mut self, one: MachineId, other: MachineId) {
        for (cable, side) in self.ends_between(one, other) {
            self.finish(cable, side);
        }
        self.attend(one);
    }

    /// Cuts the network: from now on these machines and all others do not hear each other.
    pub fn partition(&mut self, part: &[MachineId]) {
        self.heal();
        self.part = part.iter().copied().collect();
    }

    /// Ends the cut: sooner or later, every machine hears every other again.
    pub fn heal(&mut self) {
        self.part.clear();
        self.deliver_again(self.weather.recovery_max);
    }

    /// Carries a machine into another network. Its old connections are silent from now on.
    pub fn carry(&mut self, machine: MachineId, network: usize) {
        self.machines[machine.0].network = network;
        self.deliver_again(self.weather.recovery_max);
        self.announce(machine);
        self.question(machine);
    }

    /// Gives whether two machines reach each other by any way.
    #[must_use]
    pub fn is_connected(&self, one: MachineId, other: MachineId) -> bool {
        self.hears(one, other) || self.has_bridge(one, other)
    }

    /// Whether two machines are on one network, and in one part of it.
    pub(super) fn hears(&self, one: MachineId, other: MachineId) -> bool {
        self.machines[one.0].network == self.machines[other.0].network
            && self.part.contains(&one) == self.part.contains(&other)
    }

    pub(super) fn arrive(&mut self, cable: CableId, side: Side) {
        let Some(it) = self.cables.get_mut(cable) else { return };
        let (to, from) = (it.ends[side].machine, it.ends[1 - side].machine);
        let way = &mut it.ways[side];
        let is_due = way.packets.front().is_some_and(|(at, _)| *at <= self.clock.now());
        if !is_due || !(self.cables[cable].is_bridge() || self.hears(to, from)) {
            return;
        }
        if !self.carries(cable, side) {
            let way = &mut self.cables[cable].ways[side];
            way.packets.pop_front();
            way.is_torn = true;
            return self.drop_if_over(cable);
        }
        match self.machines[to.0].health {
            Health::Stopped => return,
            Health::Running => {
                if let Some((_, packet)) = self.cables[cable].ways[side].packets.pop_front() {
                    self.catch_up(to);
                    self.take_in(cable, side, packet);
                    self.attend(to);
                }
            }
            Health::Killed | Health::Off => self.arrive_too_late(cable, side),
        }
        if self.cables.contains_key(cable) {
            self.drop_if_over(cable);
        }
    }

    /// A packet has reached a machine that does not know the connection. The machine that has the
    /// address now says so, unless it is switched off.
    fn arrive_too_late(&mut self, cable: CableId, side: Side) {
        let to = self.cables[cable].ends[side].machine;
        let packet = self.cables[cable].ways[side].packets.pop_front();
        let heir = self.addresses[&self.machines[to.0].address];
        let answers = self.machines[heir.0].health != Health::Off;
        // A broker knows nothing of streams.
        let answers = answers && !self.cables[cable].is_bridge();
        let expects = packet.is_some_and(|(_, packet)| packet != Packet::Fin);
        if answers && expects && self.cables[cable].ends[1 - side].link.is_some() {
            self.send_packet(cable, side, Packet::Fin);
        }
    }

    fn die(&mut self, machine: MachineId, health: Health) {
        for (cable, side) in self.ends_at(machine) {
            self.cables[cable].ends[side].link = None;
        }
        let it = &mut self.machines[machine.0];
        it.health = health;
        it.links.clear();
        it.streams.clear();
    }

    /// Sends again what has not got through.
    fn deliver_again(&mut self, within: Duration) {
        let cables: Vec<CableId> = self.cables.keys().collect();
        for cable in cables {
            for side in 0..2 {
                let recovery = super::weather::between(&mut self.rng, Duration::ZERO, within);
                let at = self.clock.now() + recovery;
                let way = &mut self.cables[cable].ways[side];
                for (time, _) in &mut way.packets {
                    *time = at.max(*time);
                    self.schedule.plan(*time, Happening::Arrive(cable, side));
                }
                way.last = way.last.max(at);
            }
        }
    }

    /// The connections of a machine, and its side of each.
    pub(super) fn ends_at(&self, machine: MachineId) -> Vec<(CableId, Side)> {
        self.machines[machine.0].links.values().copied().collect()
    }

    pub(super) fn ends_between(&self, one: MachineId, other: MachineId) -> Vec<(CableId, Side)> {
        let leads = |(cable, side): &(CableId, Side)| self.cables[*cable].ends[1 - side].machine == other;
        self.ends_at(one).into_iter().filter(leads).collect()
    }
}
