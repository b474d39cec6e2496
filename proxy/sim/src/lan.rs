//! A network of machines, each with a proxy and its clients.
//!
//! Every decision is made by the code that ships: `Channels`, `Mesh`, the matching with its rate
//! limits, and `Mux`. Between them is a simple form of what the network and the system do for a
//! real proxy: connections with two directions, each in order and with a delay, handshakes, and
//! announcements that get lost. Arithmetic takes no time. Machines crash in every way that machines
//! do, connections break, and the network falls into parts.

mod bridges;
mod brokers;
mod cable;
mod crowd;
mod discovery;
mod faults;
mod ids;
mod link;
mod machine;
mod schedule;
mod site;
mod sites;
mod traffic;
mod weather;

use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use nws_protocol::ProxyId;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use slotmap::SlotMap;

use super::clock::Clock;
use super::{ClientId, Event, Word};
use nws_core::{ChannelKey, Framing, MeshInput};

use brokers::Brokers;
use cable::Cable;
use ids::{CableId, Side};
use machine::Machine;
use schedule::{Happening, Schedule};

pub use brokers::BrokerId;
pub use crowd::Crowd;
pub use ids::MachineId;
pub use weather::Weather;

/// A client of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Resident {
    /// The machine.
    pub machine: MachineId,
    /// The client of its proxy.
    pub client: ClientId,
}

/// The network. Everything follows from a seed.
pub struct Lan {
    clock: Clock,
    rng: ChaCha20Rng,
    weather: Weather,
    schedule: Schedule,
    machines: Vec<Machine>,
    /// The machine that has each address now.
    addresses: HashMap<SocketAddr, MachineId>,
    cables: SlotMap<CableId, Cable>,
    /// Sides of connections whose matching has had an input, and has outputs to be applied.
    with_outputs: Vec<(CableId, Side)>,
    brokers: Brokers,
    /// Every machine is a site.
    has_backbone: bool,
    /// The machines of one part of a network that is cut in two.
    part: BTreeSet<MachineId>,
}

impl Lan {
    /// A network without machines.
    #[must_use]
    pub fn new(weather: Weather, seed: u64) -> Self {
        Self {
            clock: Clock::new(),
            rng: ChaCha20Rng::seed_from_u64(seed),
            weather,
            schedule: Schedule::default(),
            machines: Vec::new(),
            addresses: HashMap::new(),
            cables: SlotMap::with_key(),
            with_outputs: Vec::new(),
            brokers: Brokers::default(),
            has_backbone: false,
            part: BTreeSet::new(),
        }
    }

    /// A network without machines, in which each will be a site of a backbone: all use one of so many
    /// brokers, which are a cluster.
    #[must_use]
    pub fn with_backbone(weather: Weather, seed: u64, brokers: usize) -> Self {
        Self { brokers: Brokers::new(brokers), has_backbone: true, ..Self::new(weather, seed) }
    }

    /// Changes the weather.
    pub fn set_weather(&mut self, weather: Weather) {
        self.weather = weather;
    }

    /// Time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    /// Switches a new machine on, and starts its proxy.
    pub fn start(&mut self) -> MachineId {
        self.start_in(0)
    }

    /// Does the same in another network, which shares nothing with this one but brokers.
    pub fn start_in(&mut self, network: usize) -> MachineId {
        let [_, _, high, low] = u32::try_from(self.machines.len()).unwrap_or(0).to_be_bytes();
        self.start_at(([10, 0, high, low], 9010).into(), network)
    }

    /// The id of a machine's proxy.
    #[must_use]
    pub fn id(&self, machine: MachineId) -> &ProxyId {
        &self.machines[machine.0].id
    }

    /// The machines to which a machine has links that are ready. A machine with two such links
    /// appears twice.
    #[must_use]
    pub fn linked(&self, machine: MachineId) -> Vec<MachineId> {
        let links = self.machines[machine.0].links.values().map(|&(cable, side)| (&self.cables[cable], side));
        let ready = links.filter(|(cable, side)| cable.ends[*side].is_ready);
        let mut others: Vec<MachineId> = ready.map(|(cable, side)| cable.ends[1 - side].machine).collect();
        others.sort();
        others
    }

    /// Joins a channel with a new structured client.
    pub fn join(&mut self, machine: MachineId, channel: &ChannelKey) -> Resident {
        self.catch_up(machine);
        let client = self.machines[machine.0].proxy.join(channel);
        self.attend(machine);
        Resident { machine, client }
    }

    /// Joins a channel with a client under an id that it has chosen, unless that is taken.
    pub fn join_as(
        &mut self,
        machine: MachineId,
        channel: &ChannelKey,
        peer: &str,
        framing: Framing,
    ) -> Option<Resident> {
        self.catch_up(machine);
        let proxy = &mut self.machines[machine.0].proxy;
        let client = proxy.reserve(channel, peer)?;
        proxy.admit(client, channel, framing);
        self.attend(machine);
        Some(Resident { machine, client })
    }

    /// A client says something.
    pub fn send(&mut self, from: Resident, word: Word) {
        self.catch_up(from.machine);
        self.machines[from.machine.0].proxy.send(from.client, word);
        self.attend(from.machine);
    }

    /// Breaks the connection of a client.
    pub fn vanish(&mut self, resident: Resident) {
        self.catch_up(resident.machine);
        self.machines[resident.machine.0].proxy.vanish(resident.client);
        self.attend(resident.machine);
    }

    /// The events that a client has seen since this was last called.
    pub fn events(&mut self, resident: Resident) -> Vec<Event> {
        let events = self.machines[resident.machine.0].proxy.events(resident.client);
        self.attend(resident.machine);
        events
    }

    /// The number of peers that a structured client sees now.
    #[must_use]
    pub fn peers(&self, resident: Resident) -> usize {
        self.machines[resident.machine.0].proxy.peers(resident.client)
    }

    /// The number of peers in a structured client's welcome, and whether that was settled.
    #[must_use]
    pub fn welcome(&self, resident: Resident) -> Option<(usize, bool)> {
        self.machines[resident.machine.0].proxy.welcome(resident.client)
    }

    /// The id of a structured client, as its own machine knows it.
    pub fn peer_id(&mut self, resident: Resident) -> String {
        self.catch_up(resident.machine);
        let id = self.machines[resident.machine.0].proxy.id(resident.client);
        self.attend(resident.machine);
        id
    }

    /// Lets time pass.
    pub fn advance(&mut self, by: Duration) {
        let end = self.clock.now() + by;
        while let Some((at, what)) = self.schedule.next(end) {
            self.clock.set(at);
            match what {
                Happening::Wake(machine) => self.wake(machine, at),
                Happening::Arrive(cable, side) => self.arrive(cable, side),
                Happening::Answer(machine, dial) => self.answer(machine, dial),
                Happening::Announce(machine) => self.announce(machine),
                Happening::Ask(machine) => self.ask(machine),
                Happening::Hear(listener, speaker) => self.hear(listener, speaker),
                Happening::Connect(machine) => self.connect_site(machine),
                Happening::Beat(machine) => self.wake_site(machine),
                Happening::Hello(to, hello) => self.hear_hello(to, hello),
            }
        }
        self.clock.set(end);
        for machine in (0..self.machines.len()).map(MachineId) {
            self.catch_up(machine);
            self.attend(machine);
        }
    }

    /// Something happens to the links of a machine. The machine does at once what follows from it.
    fn tell_mesh(&mut self, machine: MachineId, input: MeshInput) {
        self.machines[machine.0].mesh.handle(input, self.clock.now());
        self.apply_mesh_outputs(machine);
    }

    fn apply_mesh_outputs(&mut self, machine: MachineId) {
        while let Some(output) = self.machines[machine.0].mesh.poll_output() {
            self.apply_mesh_output(machine, output);
        }
    }

    /// Sets the clock of a running machine to the present.
    fn catch_up(&mut self, machine: MachineId) {
        let machine = &mut self.machines[machine.0];
        if machine.is_running() {
            machine.proxy.advance(self.clock.elapsed().saturating_sub(machine.proxy.elapsed()));
        }
    }

    fn wake(&mut self, id: MachineId, at: Instant) {
        let machine = &mut self.machines[id.0];
        if !machine.is_running() || machine.alarm != Some(at) {
            return;
        }
        machine.alarm = None;
        self.catch_up(id);
        let mesh = &mut self.machines[id.0].mesh;
        if mesh.poll_timeout().is_some_and(|due| due <= at) {
            mesh.handle_timeout(at);
            assert!(mesh.poll_timeout().is_none_or(|due| due > at), "what is due is done");
        }
        self.grant(id);
        self.attend(id);
    }

    /// Applies the outputs of both state machines of a machine, until there are none.
    fn attend(&mut self, id: MachineId) {
        loop {
            self.apply_mesh_outputs(id);
            self.apply_session_outputs_of_all();
            if !self.attend_streams(id) && !self.end_overdrawn(id) {
                break;
            }
        }
        self.set_alarm(id);
    }

    /// Applies the outputs of a machine's channels. Gives whether there were any.
    fn attend_streams(&mut self, id: MachineId) -> bool {
        let news = self.machines[id.0].proxy.news();
        let is_anything = !news.is_empty();
        news.into_iter().for_each(|output| self.apply_channels_output(id, output));
        is_anything
    }

    /// Ends the links for which a machine keeps too much. Gives whether there were any.
    fn end_overdrawn(&mut self, id: MachineId) -> bool {
        let overdrawn = self.machines[id.0].take_overdrawn();
        for link in &overdrawn {
            if let Some(&(cable, side)) = self.machines[id.0].links.get(*link) {
                self.send_packet(cable, side, cable::Packet::Fin);
                self.finish(cable, side);
            }
        }
        !overdrawn.is_empty()
    }

    fn set_alarm(&mut self, id: MachineId) {
        let machine = &mut self.machines[id.0];
        if !machine.is_running() {
            return;
        }
        let proxy = machine.proxy.due().map(|due| self.clock.now() + due);
        let next = [proxy, machine.next()].into_iter().flatten().min();
        if let Some(at) = next.filter(|at| machine.alarm.is_none_or(|alarm| *at < alarm)) {
            machine.alarm = Some(at);
            self.schedule.plan(at, Happening::Wake(id));
        }
    }
}
