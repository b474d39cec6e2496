//! What a proxy of the backbone knows of other sites: what `nws_backbone` knows, as far as the links
//! depend on it.
//!
//! The name of a site is the address of its machine, which stays when that starts again.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::time::Instant;

use nws_protocol::limits::{HELLO_GAP, HELLO_PAUSE, SITE_CONTEST, SITE_SILENCE_MAX};

use super::MachineId;
use super::brokers::BrokerId;

/// The connection of a site to a broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Uplink {
    pub(super) broker: BrokerId,
    /// Another one for each connection.
    pub(super) incarnation: u64,
}

/// What a site tells all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hello {
    /// The proxy that is there.
    pub(super) from: MachineId,
    pub(super) broker: BrokerId,
    pub(super) incarnation: u64,
    /// The number of this hello among all of its proxy.
    pub(super) count: u64,
}

/// One site among others.
pub(super) struct Site {
    pub(super) uplink: Option<Uplink>,
    /// The connection has ended while the process stood still, so nobody has noticed.
    pub(super) is_lost: bool,
    /// Hellos said.
    pub(super) count: u64,
    said: Option<Instant>,
    pub(super) next_hello: Instant,
    /// The time at which it is woken.
    pub(super) alarm: Option<Instant>,
    known: BTreeMap<SocketAddr, KnownSite>,
    /// The number of the last hello of each proxy.
    counts: HashMap<MachineId, u64>,
}

struct KnownSite {
    proxy: MachineId,
    incarnation: u64,
    heard: Instant,
    /// Another proxy with its name, and when that takes its place.
    newcomer: Option<(Hello, Instant)>,
}

/// What follows from a hello.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    Nothing,
    /// A site is there. Its streams are to end if it is another incarnation, and dials that have had
    /// no answer if it was silent for a while.
    Site {
        is_another: bool,
        is_back: bool,
    },
}

impl Site {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            uplink: None,
            is_lost: false,
            count: 0,
            said: None,
            next_hello: now,
            alarm: None,
            known: BTreeMap::new(),
            counts: HashMap::new(),
        }
    }

    /// There is a connection to a broker.
    pub(super) fn connect(&mut self, uplink: Uplink, now: Instant) {
        (self.uplink, self.said, self.next_hello) = (Some(uplink), None, now);
    }

    /// What a hello says that is said now.
    pub(super) fn hello(&mut self, from: MachineId, now: Instant) -> Option<Hello> {
        let Uplink { broker, incarnation } = self.uplink?;
        self.count += 1;
        self.said = Some(now);
        Some(Hello { from, broker, incarnation, count: self.count })
    }

    pub(super) fn hear(&mut self, name: SocketAddr, hello: Hello, now: Instant) -> Heard {
        let Hello { from, incarnation, count, .. } = hello;
        let before = self.counts.get(&from).copied();
        if before.is_some_and(|before| before >= count) {
            return Heard::Nothing;
        }
        self.counts.insert(from, count);
        let Some(site) = self.known.get_mut(&name) else {
            self.known.insert(name, KnownSite::new(hello, now));
            self.answer_soon(now);
            return Heard::Site { is_another: false, is_back: false };
        };
        if site.proxy == from {
            let is_another = std::mem::replace(&mut site.incarnation, incarnation) != incarnation;
            let is_back = now >= std::mem::replace(&mut site.heard, now) + HELLO_GAP;
            site.newcomer = None;
            if is_another || is_back {
                self.answer_soon(now);
            }
            return Heard::Site { is_another, is_back };
        }
        match &mut site.newcomer {
            Some((newcomer, _)) if newcomer.from == from => *newcomer = hello,
            newcomer if before.is_none() => {
                *newcomer = Some((hello, now + SITE_CONTEST));
                self.answer_soon(now);
            }
            Some(_) | None => {}
        }
        Heard::Nothing
    }

    /// Something has come of a stream with a site.
    pub(super) fn touch(&mut self, name: SocketAddr, now: Instant) {
        if let Some(site) = self.known.get_mut(&name) {
            site.heard = now;
        }
    }

    /// The sites of which a newcomer is the proxy from now on.
    pub(super) fn decide(&mut self, now: Instant) -> Vec<(SocketAddr, MachineId)> {
        let mut changed = Vec::new();
        for (name, site) in &mut self.known {
            if let Some((newcomer, _)) = site.newcomer.take_if(|(_, due)| *due <= now) {
                changed.push((*name, newcomer.from));
                *site = KnownSite::new(newcomer, now);
            }
        }
        changed
    }

    /// The sites that have been silent for too long, which are forgotten.
    pub(super) fn take_silent(&mut self, now: Instant) -> Vec<SocketAddr> {
        self.known
            .extract_if(.., |_, site| now >= site.heard + SITE_SILENCE_MAX)
            .map(|(name, _)| name)
            .collect()
    }

    /// All sites, which are forgotten.
    pub(super) fn take_all(&mut self) -> Vec<SocketAddr> {
        std::mem::take(&mut self.known).into_keys().collect()
    }

    /// The proxy that a site is, and its incarnation.
    pub(super) fn known(&self, name: &SocketAddr) -> Option<(MachineId, u64)> {
        self.known.get(name).map(|site| (site.proxy, site.incarnation))
    }

    /// When it has something to do.
    pub(super) fn next(&self) -> Instant {
        let decisions = self.known.values().filter_map(|site| site.newcomer.map(|(_, due)| due));
        decisions.fold(self.next_hello, Instant::min)
    }

    /// Says hello soon, so that a site that is new need not wait.
    fn answer_soon(&mut self, now: Instant) {
        self.next_hello = self.next_hello.min(self.said.map_or(now, |said| now.max(said + HELLO_PAUSE)));
    }
}

impl KnownSite {
    fn new(hello: Hello, heard: Instant) -> Self {
        Self { proxy: hello.from, incarnation: hello.incarnation, heard, newcomer: None }
    }
}
