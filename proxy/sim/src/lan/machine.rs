//! One machine of the network.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use nws_core::{
    Account, AccountLimits, Config, ConnId, DialId, LinkId, Mesh, MeshConfig, Route, Share, StreamId, Target,
};
use nws_matching::{LinkKey, RateLimits, RateLimitsConfig};
use nws_protocol::ProxyId;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;
use slotmap::{Key, KeyData, SlotMap};

use super::ids::{CableId, Side};
use super::site::Site;
use crate::Proxy;

/// The state of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    Running,
    /// Its process stands still. Its kernel runs.
    Stopped,
    /// Its process has ended. Its kernel tells others so.
    Killed,
    /// It sends nothing.
    Off,
}

/// Where a proxy is looked for: at an address, or at the site of this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Address(SocketAddr),
    Site(SocketAddr),
}

pub(super) struct Machine {
    pub(super) id: ProxyId,
    pub(super) address: SocketAddr,
    /// The network that it is in: it hears announcements of that only.
    pub(super) network: usize,
    /// What it knows of other sites, if there is a backbone.
    pub(super) site: Option<Site>,
    pub(super) health: Health,
    pub(super) proxy: Proxy,
    pub(super) mesh: Mesh,
    /// Its links, each with its connection and side.
    pub(super) links: SlotMap<LinkId, (CableId, Side)>,
    /// What links to sites make it keep.
    pub(super) site_account: Arc<Account>,
    /// The links for which it keeps too much, since they were last ended.
    overdrawn: Arc<Mutex<Vec<LinkId>>>,
    /// The places where it looks for proxies, by their numbers.
    pub(super) places: Vec<Option<Place>>,
    pub(super) dials: BTreeMap<DialId, Target>,
    rate_limits: RateLimits,
    /// Those of sites.
    pub(super) site_limits: RateLimits,
    /// The streams of links, by the connections that stand for their other sides.
    pub(super) streams: HashMap<ConnId, (CableId, Side, StreamId)>,
    /// The time at which it is woken.
    pub(super) alarm: Option<Instant>,
}

impl Machine {
    pub(super) fn new(
        address: SocketAddr,
        network: usize,
        site: Option<Site>,
        rng: &mut ChaCha20Rng,
    ) -> Self {
        let (mut digest, mut seed) = ([0; 32], [0; 32]);
        rng.fill_bytes(&mut digest);
        rng.fill_bytes(&mut seed);
        let id = ProxyId::from_digest(&digest);
        let config = Config { has_links: true, ..Config::default() };
        Self {
            proxy: Proxy::with_id(id.clone(), config, rng.next_u64()),
            mesh: Mesh::new(MeshConfig::default(), id.clone(), seed),
            id,
            address,
            network,
            site,
            health: Health::Running,
            links: SlotMap::with_key(),
            site_account: Account::with(AccountLimits::sites()),
            overdrawn: Arc::default(),
            places: Vec::new(),
            dials: BTreeMap::new(),
            rate_limits: RateLimits::new(RateLimitsConfig::default()),
            site_limits: RateLimits::new(RateLimitsConfig::sites()),
            streams: HashMap::new(),
            alarm: None,
        }
    }

    pub(super) fn is_running(&self) -> bool {
        self.health == Health::Running
    }

    /// The next time at which it has something to do, if nothing happens before.
    pub(super) fn next(&self) -> Option<Instant> {
        let limits = [&self.rate_limits, &self.site_limits].map(RateLimits::poll_timeout);
        self.mesh.poll_timeout().into_iter().chain(limits.into_iter().flatten()).min()
    }

    /// The share of a link that takes this way.
    pub(super) fn share(&self, link: LinkId, source: IpAddr, route: Route) -> Share {
        let account = match route {
            Route::Direct => self.proxy.account(),
            Route::Backbone => &self.site_account,
        };
        let overdrawn = Arc::clone(&self.overdrawn);
        account.share(source, move || overdrawn.lock().unwrap_or_else(PoisonError::into_inner).push(link))
    }

    /// The links for which it keeps too much.
    pub(super) fn take_overdrawn(&self) -> Vec<LinkId> {
        std::mem::take(&mut *self.overdrawn.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn open_rate_limits(&mut self, link: LinkId, source: IpAddr, route: Route) {
        let limits = match route {
            Route::Direct => &mut self.rate_limits,
            Route::Backbone => &mut self.site_limits,
        };
        limits.open(key(link), source, true);
    }

    /// The other side of a link wants so many more evaluations.
    pub(super) fn ask_rate_limits(&mut self, link: LinkId, count: usize) {
        self.each_limits(|limits| limits.ask(key(link), count));
    }

    pub(super) fn match_rate_limits(&mut self, link: LinkId) {
        self.each_limits(|limits| limits.matched(key(link)));
    }

    pub(super) fn close_rate_limits(&mut self, link: LinkId) {
        self.each_limits(|limits| limits.close(key(link)));
    }

    /// A link, and the number of evaluations that it may do now.
    pub(super) fn poll_grant(&mut self, now: Instant) -> Option<(LinkId, usize)> {
        let grant = self.rate_limits.poll_grant(now).or_else(|| self.site_limits.poll_grant(now));
        let (link, count) = grant?;
        Some((KeyData::from_ffi(link.0).into(), count))
    }

    /// Does the same with both: one of them knows the link.
    fn each_limits(&mut self, mut change: impl FnMut(&mut RateLimits)) {
        [&mut self.rate_limits, &mut self.site_limits].into_iter().for_each(&mut change);
    }
}

fn key(link: LinkId) -> LinkKey {
    LinkKey(link.data().as_ffi())
}
