//! Many sites of a backbone, with many channels.

use std::time::Duration;

use super::{BrokerId, Lan, MachineId, Resident, Weather};
use crate::network;

/// The brokers that they share.
const BROKERS: usize = 3;

/// How often it is looked whether all are there.
const LOOK: Duration = Duration::from_millis(250);

/// Sites that start together, each with a client in each of some channels.
pub struct Crowd {
    lan: Lan,
    sites: usize,
    clients: Vec<Resident>,
}

impl Crowd {
    /// So many, which share so many channels.
    #[must_use]
    pub fn new(sites: usize, channels: usize) -> Self {
        let mut lan = Lan::with_backbone(Weather::default(), 1, BROKERS);
        let machines: Vec<MachineId> = (0..sites).map(|network| lan.start_in(network)).collect();
        let names: Vec<_> = (0..channels).map(|number| network(&format!("channel-{number}"))).collect();
        let clients = machines.iter().flat_map(|machine| names.iter().map(|name| (*machine, name)));
        let clients = clients.map(|(machine, name)| lan.join(machine, name)).collect();
        Self { lan, sites, clients }
    }

    /// Time passes until every client sees one at each other site, and nobody else. Gives how much, or
    /// nothing if it is more than `within`.
    pub fn settle(&mut self, within: Duration) -> Option<Duration> {
        let start = self.lan.elapsed();
        while self.faults() > 0 {
            if self.lan.elapsed() - start >= within {
                return None;
            }
            self.lan.advance(LOOK);
        }
        Some(self.lan.elapsed() - start)
    }

    /// The number of clients that see too few peers, or too many.
    pub fn faults(&mut self) -> usize {
        let is_wrong = |client: &&Resident| {
            self.lan.events(**client);
            self.lan.peers(**client) != self.sites - 1
        };
        self.clients.iter().filter(is_wrong).count()
    }

    /// A broker ends and starts again. Time passes until its sites have lost their links.
    pub fn restart_broker(&mut self, broker: BrokerId) {
        self.lan.kill_broker(broker);
        self.lan.start_broker(broker);
        self.lan.advance(LOOK);
    }

    /// Does the same with all.
    pub fn restart_brokers(&mut self) {
        (0..BROKERS).for_each(|broker| self.restart_broker(broker));
    }

    /// Bytes that a site keeps because of the others, as its account reckons: the most of all.
    #[must_use]
    pub fn kept(&self) -> usize {
        let sites = self.lan.machines.iter();
        sites.map(|machine| machine.site_account.total()).max().unwrap_or(0)
    }
}
