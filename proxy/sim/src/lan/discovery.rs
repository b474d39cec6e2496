//! Lets machines find each other, by announcements that may be lost, and by dials.

use std::net::SocketAddr;
use std::time::Duration;

use nws_protocol::ProxyId;

use super::cable::Cable;
use super::machine::{Health, Machine, Place};
use super::schedule::Happening;
use super::site::Site;
use super::weather::between;
use super::{Lan, MachineId};
use nws_core::{DialId, MeshInput, Target};

/// When a machine announces itself after its start: twice, as RFC 6762 (section 8.3) requires.
/// Later it only answers questions.
const ANNOUNCEMENTS: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(1_100)];

/// The shortest and the longest time between two questions of a machine for other proxies. It asks
/// every one or two minutes, and repeats each question after 1, 3, 7, 15, 31 and 63 seconds.
const QUESTIONS: [Duration; 2] = [Duration::from_secs(20), Duration::from_secs(57)];

/// The shortest and the longest time that a handshake costs both sides together.
pub(super) const HANDSHAKE: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(8)];

impl Lan {
    pub(super) fn start_at(&mut self, address: SocketAddr, network: usize) -> MachineId {
        let id = MachineId(self.machines.len());
        let site = self.has_backbone.then(|| Site::new(self.clock.now()));
        let mut machine = Machine::new(address, network, site, &mut self.rng);
        machine.proxy.advance(self.clock.elapsed());
        self.machines.push(machine);
        self.addresses.insert(address, id);
        for after in ANNOUNCEMENTS {
            self.schedule.plan(self.clock.now() + after, Happening::Announce(id));
        }
        self.schedule.plan(self.clock.now() + ANNOUNCEMENTS[0], Happening::Ask(id));
        if self.has_backbone {
            self.connect_later(id);
        }
        id
    }

    /// A machine hears of a proxy that may not exist, or not at these addresses.
    pub fn lie(&mut self, to: MachineId, proxy: ProxyId, addresses: Vec<SocketAddr>) {
        if self.machines[to.0].is_running() {
            self.tell_mesh(to, MeshInput::Seen { proxy, addresses });
            self.attend(to);
        }
    }

    /// A machine hears that another one leaves, which may not be true.
    pub fn tell_gone(&mut self, to: MachineId, gone: MachineId) {
        if self.machines[to.0].is_running() {
            let proxy = self.machines[gone.0].id.clone();
            self.tell_mesh(to, MeshInput::Gone { proxy });
            self.attend(to);
        }
    }

    /// Configures a machine to keep a link to the proxy at an address.
    pub fn configure(&mut self, machine: MachineId, address: SocketAddr) {
        if self.machines[machine.0].is_running() {
            let places = &mut self.machines[machine.0].places;
            places.push(Some(Place::Address(address)));
            let peer = places.len() - 1;
            self.tell_mesh(machine, MeshInput::Peer { peer });
            self.attend(machine);
        }
    }

    /// A machine announces itself to the others.
    pub(super) fn announce(&mut self, machine: MachineId) {
        for other in (0..self.machines.len()).map(MachineId).filter(|other| *other != machine) {
            self.multicast(machine, other);
        }
    }

    /// A machine asks for other proxies, and schedules the next question.
    pub(super) fn ask(&mut self, machine: MachineId) {
        if matches!(self.machines[machine.0].health, Health::Killed | Health::Off) {
            return;
        }
        let pause = between(&mut self.rng, QUESTIONS[0], QUESTIONS[1]);
        self.schedule.plan(self.clock.now() + pause, Happening::Ask(machine));
        if self.machines[machine.0].is_running() {
            self.question(machine);
        }
    }

    /// Every machine that hears the question answers.
    pub(super) fn question(&mut self, machine: MachineId) {
        for other in (0..self.machines.len()).map(MachineId).filter(|other| *other != machine) {
            self.multicast(other, machine);
        }
    }

    fn multicast(&mut self, from: MachineId, to: MachineId) {
        let delay =
            self.weather.latency(&mut self.rng) + between(&mut self.rng, Duration::ZERO, HANDSHAKE[1]);
        if self.machines[from.0].is_running() && self.hears(from, to) && !self.weather.loses(&mut self.rng) {
            self.schedule.plan(self.clock.now() + delay, Happening::Hear(to, from));
        }
    }

    pub(super) fn hear(&mut self, listener: MachineId, speaker: MachineId) {
        if self.machines[listener.0].is_running() {
            let Machine { id, address, .. } = &self.machines[speaker.0];
            let (proxy, addresses) = (id.clone(), vec![*address]);
            self.tell_mesh(listener, MeshInput::Seen { proxy, addresses });
            self.attend(listener);
        }
    }

    /// A machine dials. TCP and TLS take two round trips.
    pub(super) fn dial(&mut self, machine: MachineId, dial: DialId, target: Target) {
        let time = match self.site_of(machine, &target) {
            Some(_) => self.site_dial_time(),
            None => {
                let trips: Duration = (0..4).map(|_| self.weather.latency(&mut self.rng)).sum();
                trips + between(&mut self.rng, HANDSHAKE[0], HANDSHAKE[1])
            }
        };
        self.machines[machine.0].dials.insert(dial, target);
        self.schedule.plan(self.clock.now() + time, Happening::Answer(machine, dial));
    }

    /// The name of the site that is dialled.
    fn site_of(&self, machine: MachineId, target: &Target) -> Option<SocketAddr> {
        let Target::Peer(peer) = target else { return None };
        match self.machines[machine.0].places[*peer] {
            Some(Place::Site(name)) => Some(name),
            Some(Place::Address(_)) | None => None,
        }
    }

    /// A dial has reached machines, or none has answered yet.
    pub(super) fn answer(&mut self, dialler: MachineId, dial: DialId) {
        if !self.machines[dialler.0].is_running() {
            return;
        }
        let Some(target) = self.machines[dialler.0].dials.get(&dial) else { return };
        if let Some(site) = self.site_of(dialler, target) {
            return self.answer_site(dialler, site, dial);
        }
        let addresses = match target {
            Target::Proxy { addresses, .. } => addresses.clone(),
            Target::Peer(peer) => match self.machines[dialler.0].places[*peer] {
                Some(Place::Address(address)) => vec![address],
                Some(Place::Site(_)) | None => Vec::new(),
            },
        };
        let found = addresses.iter().filter_map(|address| self.addresses.get(address).copied());
        let reached: Vec<MachineId> = found.filter(|found| self.hears(dialler, *found)).collect();
        if !reached.is_empty() {
            self.tell_mesh(dialler, MeshInput::Answered { dial });
        }
        let health = |machine: &MachineId| self.machines[machine.0].health;
        if let Some(&listener) = reached.iter().find(|machine| health(machine) == Health::Running) {
            self.reach(dialler, listener, dial);
        } else if reached.iter().any(|machine| health(machine) == Health::Killed) {
            self.machines[dialler.0].dials.remove(&dial);
            self.tell_mesh(dialler, MeshInput::DialFailed { dial });
        } else if reached.is_empty() {
            // TCP sends again.
            let again = self.weather.recovery(&mut self.rng);
            self.schedule.plan(self.clock.now() + again, Happening::Answer(dialler, dial));
        }
        self.attend(dialler);
    }

    /// A dial has reached a machine, which may not be the right one.
    fn reach(&mut self, dialler: MachineId, listener: MachineId, dial: DialId) {
        let target = self.machines[dialler.0].dials.remove(&dial);
        match target {
            _ if listener == dialler => self.tell_mesh(dialler, MeshInput::Own { dial }),
            Some(Target::Proxy { proxy, .. }) if self.machines[listener.0].id != proxy => {
                self.tell_mesh(dialler, MeshInput::Stranger { dial });
                let Machine { id, address, .. } = &self.machines[listener.0];
                let (proxy, addresses) = (id.clone(), vec![*address]);
                self.tell_mesh(dialler, MeshInput::Seen { proxy, addresses });
            }
            _ => self.connect(dialler, listener, dial, false),
        }
    }

    pub(super) fn connect(&mut self, dialler: MachineId, listener: MachineId, dial: DialId, is_bridge: bool) {
        let uplink = |it: &Machine| it.site.as_ref().filter(|_| is_bridge).and_then(|site| site.uplink);
        let end = |machine: MachineId| {
            let it = &self.machines[machine.0];
            (machine, &it.id, uplink(it))
        };
        let cable = Cable::new(end(dialler), end(listener), self.clock.now(), &mut self.rng);
        let cable = self.cables.insert(cable);
        self.begin(cable, 0, Some(dial));
    }
}
