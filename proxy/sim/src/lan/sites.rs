//! Lets sites hear of each other, and dial each other, through their brokers.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use nws_core::{DialId, MeshInput, Target};
use nws_protocol::limits::HELLO_INTERVAL;
use rand_chacha::rand_core::Rng;

use super::discovery::HANDSHAKE;
use super::machine::{Health, Machine, Place};
use super::schedule::Happening;
use super::site::{Heard, Hello, Uplink};
use super::weather::between;
use super::{Lan, MachineId};

/// The longest time until a site that has lost its broker tries another one, and tries again.
const RETRY: Duration = Duration::from_secs(1);

impl Lan {
    /// A site looks for a broker.
    pub(super) fn connect_site(&mut self, machine: MachineId) {
        if matches!(self.machines[machine.0].health, Health::Killed | Health::Off) {
            return;
        }
        let now = self.clock.now();
        let broker = self.brokers.pick(&mut self.rng);
        let incarnation = self.rng.next_u64();
        let it = &mut self.machines[machine.0];
        let is_running = it.is_running();
        let Some(site) = it.site.as_mut().filter(|site| site.uplink.is_none()) else { return };
        match broker.filter(|_| is_running) {
            Some(broker) => site.connect(Uplink { broker, incarnation }, now),
            None => return self.connect_later(machine),
        }
        self.beat(machine);
    }

    pub(super) fn connect_later(&mut self, machine: MachineId) {
        let pause = between(&mut self.rng, Duration::ZERO, RETRY);
        self.schedule.plan(self.clock.now() + pause, Happening::Connect(machine));
    }

    /// A site has lost its broker: all its streams end, and no other site is known any more.
    pub(super) fn lose_uplink(&mut self, machine: MachineId) {
        let is_running = self.machines[machine.0].is_running();
        let Some(site) = self.machines[machine.0].site.as_mut().filter(|site| site.uplink.is_some()) else {
            return;
        };
        site.is_lost = !is_running;
        if !is_running {
            return;
        }
        site.uplink = None;
        for name in site.take_all() {
            self.break_streams(machine, name);
            self.leave_site(machine, name);
        }
        self.attend(machine);
        self.connect_later(machine);
    }

    /// A site does what is due, and sets its alarm.
    pub(super) fn beat(&mut self, machine: MachineId) {
        let now = self.clock.now();
        let it = &mut self.machines[machine.0];
        if !it.is_running() {
            return;
        }
        let Some(site) = &mut it.site else { return };
        for (name, proxy) in site.decide(now) {
            self.break_streams(machine, name);
            self.tell_site(machine, name, proxy);
        }
        if let Some(site) = self.machines[machine.0].site.as_mut().filter(|site| site.next_hello <= now) {
            let hello = site.hello(machine, now);
            let silent = site.take_silent(now);
            site.next_hello = now + between(&mut self.rng, HELLO_INTERVAL * 4 / 5, HELLO_INTERVAL * 6 / 5);
            hello.into_iter().for_each(|hello| self.say_hello(hello));
            for name in silent {
                self.break_streams(machine, name);
                self.leave_site(machine, name);
            }
        }
        self.attend(machine);
        self.set_beat(machine);
    }

    /// Wakes a site, unless its alarm has been set to another time.
    pub(super) fn wake_site(&mut self, machine: MachineId) {
        let now = self.clock.now();
        let Some(site) = &mut self.machines[machine.0].site else { return };
        if site.alarm == Some(now) {
            site.alarm = None;
            self.catch_up(machine);
            self.beat(machine);
        }
    }

    fn set_beat(&mut self, machine: MachineId) {
        let Some(site) = self.machines[machine.0].site.as_mut() else { return };
        let next = site.next();
        if site.alarm.is_none_or(|alarm| next < alarm) {
            site.alarm = Some(next);
            self.schedule.plan(next, Happening::Beat(machine));
        }
    }

    fn say_hello(&mut self, hello: Hello) {
        for to in (0..self.machines.len()).map(MachineId).filter(|to| *to != hello.from) {
            if self.machines[to.0].is_running() {
                let at = self.clock.now() + self.weather.detour(&mut self.rng);
                self.schedule.plan(at, Happening::Hello(to, hello));
            }
        }
    }

    /// A hello comes to a site, if the brokers carry it there.
    pub(super) fn hear_hello(&mut self, to: MachineId, hello: Hello) {
        let now = self.clock.now();
        let name = self.machines[hello.from.0].address;
        let it = &mut self.machines[to.0];
        let Some(site) = it.site.as_mut().filter(|_| it.health == Health::Running) else { return };
        if !site.uplink.is_some_and(|uplink| self.brokers.reach(hello.broker, uplink.broker))
            || name == it.address
        {
            return;
        }
        self.catch_up(to);
        let Some(site) = &mut self.machines[to.0].site else { return };
        if let Heard::Site { is_another, is_back } = site.hear(name, hello, now) {
            if is_another {
                self.break_streams(to, name);
            } else if is_back {
                self.break_dials(to, name);
            }
            self.tell_site(to, name, hello.from);
        }
        self.attend(to);
        self.set_beat(to);
    }

    fn tell_site(&mut self, machine: MachineId, name: SocketAddr, proxy: MachineId) {
        let proxy = self.machines[proxy.0].id.clone();
        let peer = self.machines[machine.0].place(Place::Site(name));
        self.tell_mesh(machine, MeshInput::Site { peer, proxy });
    }

    /// Nothing is known of a site any more.
    fn leave_site(&mut self, machine: MachineId, name: SocketAddr) {
        if let Some(peer) = self.machines[machine.0].forget_place(Place::Site(name)) {
            self.tell_mesh(machine, MeshInput::PeerGone { peer });
        }
    }

    /// Ends all streams that a machine has with a site: something of them may be missing.
    fn break_streams(&mut self, machine: MachineId, name: SocketAddr) {
        self.break_dials(machine, name);
        for (cable, side) in self.ends_at(machine) {
            let Some(it) = self.cables.get(cable) else { continue };
            let is_meant = it.is_bridge() && self.machines[it.ends[1 - side].machine.0].address == name;
            if is_meant && it.ends[side].link.is_some() {
                self.send_packet(cable, side, super::cable::Packet::Fin);
                self.finish(cable, side);
            }
        }
    }

    /// Ends the dials to a site that have had no answer.
    fn break_dials(&mut self, machine: MachineId, name: SocketAddr) {
        let it = &mut self.machines[machine.0];
        let Some(peer) = it.find_place(Place::Site(name)) else { return };
        let dials = it.dials.iter().filter(|(_, target)| **target == Target::Peer(peer));
        for dial in dials.map(|(dial, _)| *dial).collect::<Vec<_>>() {
            self.fail_dial(machine, dial);
        }
    }

    pub(super) fn fail_dial(&mut self, machine: MachineId, dial: DialId) {
        if self.machines[machine.0].dials.remove(&dial).is_some() {
            self.tell_mesh(machine, MeshInput::DialFailed { dial });
        }
    }

    /// The time until a dial to a site ends: TLS through the broker takes two round trips.
    pub(super) fn site_dial_time(&mut self) -> Duration {
        let trips: Duration = (0..4).map(|_| self.weather.detour(&mut self.rng)).sum();
        trips + between(&mut self.rng, HANDSHAKE[0], HANDSHAKE[1])
    }

    /// A dial has reached a site, or nothing has come of it.
    pub(super) fn answer_site(&mut self, dialler: MachineId, name: SocketAddr, dial: DialId) {
        let Some(site) = &self.machines[dialler.0].site else { return };
        let (Some(uplink), Some((listener, incarnation))) = (site.uplink, site.known(&name)) else {
            self.fail_dial(dialler, dial);
            return self.attend(dialler);
        };
        let other = &self.machines[listener.0];
        let Some(there) = other.site.as_ref().filter(|_| other.health == Health::Running) else { return };
        let Some(theirs) = there.uplink.filter(|theirs| theirs.incarnation == incarnation) else { return };
        if !self.brokers.reach(uplink.broker, theirs.broker) {
            return;
        }
        let own_name = self.machines[dialler.0].address;
        let is_of_another = there.known(&own_name).is_some_and(|(proxy, _)| proxy != dialler);
        let now = self.clock.now();
        let is_admitted = self.machines[listener.0].site_limits.handshake(source(own_name), true, now);
        if is_admitted && !is_of_another {
            self.machines[dialler.0].dials.remove(&dial);
            self.connect(dialler, listener, dial, true);
        } else {
            self.fail_dial(dialler, dial);
        }
        self.attend(dialler);
    }
}

/// The address that stands for a site.
pub(super) fn source(name: SocketAddr) -> IpAddr {
    let IpAddr::V4(address) = name.ip() else { return name.ip() };
    Ipv6Addr::from_bits((0x100 << 112) | u128::from(address.to_bits())).into()
}

impl Machine {
    /// The number of a place, which may be new.
    pub(super) fn place(&mut self, place: Place) -> usize {
        self.find_place(place).unwrap_or_else(|| {
            self.places.push(Some(place));
            self.places.len() - 1
        })
    }

    fn find_place(&self, place: Place) -> Option<usize> {
        self.places.iter().position(|known| *known == Some(place))
    }

    /// Forgets a place. Its number does not come back.
    fn forget_place(&mut self, place: Place) -> Option<usize> {
        let peer = self.find_place(place)?;
        self.places[peer] = None;
        Some(peer)
    }
}
