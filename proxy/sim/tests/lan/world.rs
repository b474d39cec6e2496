//! The network, and what the model expects of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use nws_core::ChannelKey;
use nws_core::Framing::Structured;
use nws_sim::lan::{Lan, MachineId, Resident, Weather};
use nws_sim::{Word, local, network};

use crate::view::{View, Viewer, text};

pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// A client, for as long as its machine runs.
pub(crate) type Who = usize;

pub(crate) struct World {
    pub(crate) lan: Lan,
    channels: [ChannelKey; 4],
    peers: Vec<Peer>,
    away: BTreeSet<MachineId>,
    /// What was said in which channel, by whom, and to whom if not to all: an id that was chosen may come
    /// again.
    said: BTreeMap<(usize, String, Option<String>), u64>,
}

struct Peer {
    resident: Resident,
    channel: usize,
    id: String,
    /// How others on other machines know it.
    id_elsewhere: String,
    is_present: bool,
    view: View,
}

/// The number of the channel in which most things happen.
pub(crate) const ROOM: usize = 0;

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        Self::with(Weather::default(), seed)
    }

    pub(crate) fn with(weather: Weather, seed: u64) -> Self {
        Self::on_lan(Lan::new(weather, seed))
    }

    /// So many sites that start together, each in a network of its own and with a client in the room, and
    /// so many brokers.
    pub(crate) fn of_sites(sites: usize, brokers: usize, seed: u64) -> (Self, Vec<MachineId>) {
        let networks: Vec<usize> = (0..sites).collect();
        Self::of_networks(&networks, brokers, seed)
    }

    /// Does the same with sites in these networks.
    pub(crate) fn of_networks(networks: &[usize], brokers: usize, seed: u64) -> (Self, Vec<MachineId>) {
        let mut world = Self::on_lan(Lan::with_backbone(Weather::default(), seed, brokers));
        let machines: Vec<MachineId> = networks.iter().map(|network| world.lan.start_in(*network)).collect();
        for &machine in &machines {
            world.join(machine, ROOM);
        }
        (world, machines)
    }

    fn on_lan(lan: Lan) -> Self {
        let channels = [network("room"), network("other"), local("room"), local("other")];
        Self { lan, channels, peers: Vec::new(), away: BTreeSet::new(), said: BTreeMap::new() }
    }

    /// So many machines that start together, each with a client in the room.
    pub(crate) fn of(machines: usize, seed: u64) -> (Self, Vec<MachineId>) {
        let mut world = Self::new(seed);
        let machines: Vec<MachineId> = (0..machines).map(|_| world.lan.start()).collect();
        for &machine in &machines {
            world.join(machine, ROOM);
        }
        (world, machines)
    }

    pub(crate) fn join(&mut self, machine: MachineId, channel: usize) -> Who {
        let resident = self.lan.join(machine, &self.channels[channel]);
        let id = self.lan.peer_id(resident);
        self.enter(resident, channel, id.clone(), id)
    }

    /// A client joins under an id that others on other machines may have as well.
    pub(crate) fn join_as(&mut self, machine: MachineId, channel: usize, id: &str) -> Option<Who> {
        let resident = self.lan.join_as(machine, &self.channels[channel], id, Structured)?;
        let elsewhere = format!("{id}~{}", self.lan.id(machine));
        Some(self.enter(resident, channel, id.to_owned(), elsewhere))
    }

    pub(crate) fn try_join(&mut self, machine: MachineId, channel: usize) {
        if !self.away.contains(&machine) {
            self.join(machine, channel);
        }
    }

    pub(crate) fn try_join_as(&mut self, machine: MachineId, channel: usize, id: u8) {
        if !self.away.contains(&machine) {
            self.join_as(machine, channel, &format!("chosen-{id}"));
        }
    }

    /// One machine takes all its links to another one for broken.
    pub(crate) fn lose_links(&mut self, one: MachineId, other: MachineId) {
        if !self.away.contains(&one) {
            self.lan.lose(one, other);
        }
    }

    pub(crate) fn leave(&mut self, who: Who) {
        if self.is_active(who) {
            self.look(who);
            self.peers[who].is_present = false;
            self.lan.vanish(self.peers[who].resident);
        }
    }

    pub(crate) fn broadcast(&mut self, who: Who, size: usize) {
        if self.is_active(who) {
            let data = self.next_text(who, None, size);
            self.lan.send(self.peers[who].resident, Word::broadcast(&data));
        }
    }

    /// A message to one of those that the speaker knows.
    pub(crate) fn message(&mut self, who: Who, to: usize) {
        if !self.is_active(who) {
            return;
        }
        self.look(who);
        let known: Vec<String> = self.peers[who].view.present().into_iter().collect();
        let Some(target) = known.get(to % known.len().max(1)) else { return };
        let data = self.next_text(who, Some(target.clone()), 0);
        self.lan.send(self.peers[who].resident, Word::message(target, &data));
    }

    /// The machine and its clients are no more; whoever sees them still will see them go.
    pub(crate) fn lose(&mut self, machine: MachineId) {
        self.away.remove(&machine);
        for who in self.on(machine) {
            self.look(who);
            self.peers[who].is_present = false;
        }
    }

    pub(crate) fn kill(&mut self, machine: MachineId) {
        self.lose(machine);
        self.lan.kill(machine);
    }

    pub(crate) fn switch_off(&mut self, machine: MachineId) {
        self.lose(machine);
        self.lan.switch_off(machine);
    }

    /// Nothing is expected of a machine that does nothing, but that it goes on later.
    pub(crate) fn stop(&mut self, machine: MachineId) {
        self.away.insert(machine);
        self.lan.stop(machine);
    }

    pub(crate) fn resume(&mut self, machine: MachineId) {
        self.away.remove(&machine);
        self.lan.resume(machine);
    }

    /// Lets time pass, and looks at everything that happens.
    pub(crate) fn advance(&mut self, by: Duration) {
        self.lan.advance(by);
        self.look_around();
    }

    /// Time passes until everybody sees exactly those who are there; the answer is how much.
    #[track_caller]
    pub(crate) fn settle(&mut self, within: Duration) -> Duration {
        let start = self.lan.elapsed();
        let mut step = Duration::from_millis(1);
        while !self.is_settled() {
            let passed = self.lan.elapsed() - start;
            assert!(passed < within, "{:?}", self.first_fault());
            self.advance(step.min(within - passed));
            step = (step * 2).min(Duration::from_millis(100));
        }
        self.lan.elapsed() - start
    }

    /// Nobody comes, goes, or is linked anew.
    pub(crate) fn stay(&mut self, time: Duration) {
        let machines: BTreeSet<MachineId> = self.peers.iter().map(|peer| peer.resident.machine).collect();
        let links = |lan: &Lan| machines.iter().map(|machine| lan.linked(*machine)).collect::<Vec<_>>();
        let before = links(&self.lan);
        let end = self.lan.elapsed() + time;
        while self.lan.elapsed() < end {
            self.advance(SECOND);
            assert!(self.is_settled(), "{:?}", self.first_fault());
            assert_eq!(links(&self.lan), before);
        }
    }

    pub(crate) fn is_settled(&self) -> bool {
        self.first_fault().is_none()
    }

    /// How many broadcasts of a peer another one has heard since it came.
    pub(crate) fn heard(&self, listener: Who, speaker: Who) -> u64 {
        let peer = &self.peers[speaker];
        let is_here = self.peers[listener].resident.machine == peer.resident.machine;
        self.peers[listener].view.broadcasts_of(if is_here { &peer.id } else { &peer.id_elsewhere })
    }

    /// Who is present on a machine.
    pub(crate) fn on(&self, machine: MachineId) -> Vec<Who> {
        let is_there = |who: &Who| self.is_active(*who) && self.peers[*who].resident.machine == machine;
        (0..self.peers.len()).filter(is_there).collect()
    }

    pub(crate) fn present(&self) -> Vec<Who> {
        (0..self.peers.len()).filter(|&who| self.is_active(who)).collect()
    }

    /// The first client that does not see whom it should: who that is, whom it sees, and whom it should.
    fn first_fault(&self) -> Option<(&str, BTreeSet<String>, BTreeSet<String>)> {
        let mut active = self.peers.iter().enumerate().filter(|(who, _)| self.is_active(*who));
        active.find_map(|(who, peer)| {
            let (seen, expected) = (peer.view.present(), self.expected(who));
            (seen != expected).then_some((peer.id.as_str(), seen, expected))
        })
    }

    fn expected(&self, who: Who) -> BTreeSet<String> {
        let here = &self.peers[who];
        let others = self.peers.iter().enumerate().filter(|(other, peer)| {
            let machines = (here.resident.machine, peer.resident.machine);
            let is_near = machines.0 == machines.1
                || (self.lan.is_connected(machines.0, machines.1) && here.channel < 2);
            *other != who && peer.channel == here.channel && self.is_active(*other) && is_near
        });
        let id = |peer: &Peer| match peer.resident.machine == here.resident.machine {
            true => peer.id.clone(),
            false => peer.id_elsewhere.clone(),
        };
        others.map(|(_, peer)| id(peer)).collect()
    }

    fn enter(&mut self, resident: Resident, channel: usize, id: String, id_elsewhere: String) -> Who {
        let (view, is_present) = (View::default(), true);
        let peer = Peer { resident, channel, id, id_elsewhere, is_present, view };
        self.peers.push(peer);
        self.peers.len() - 1
    }

    fn next_text(&mut self, who: Who, target: Option<String>, size: usize) -> String {
        let Peer { channel, id_elsewhere, .. } = &self.peers[who];
        let number = self.said.entry((*channel, id_elsewhere.clone(), target)).or_default();
        *number += 1;
        text(*channel, *number - 1, size)
    }

    fn is_active(&self, who: Who) -> bool {
        self.peers[who].is_present && !self.away.contains(&self.peers[who].resident.machine)
    }

    fn look_around(&mut self) {
        (0..self.peers.len())
            .filter(|who| self.is_active(*who))
            .collect::<Vec<_>>()
            .into_iter()
            .for_each(|who| self.look(who));
    }

    fn look(&mut self, who: Who) {
        let peer = &mut self.peers[who];
        let viewer = Viewer { id: &peer.id, channel: peer.channel };
        for event in self.lan.events(peer.resident) {
            peer.view.see(&viewer, &event);
        }
    }
}
