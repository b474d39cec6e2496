//! How many channel names web sites may try, so that a page cannot guess names through us.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use ahash::RandomState;
use nws_protocol::limits;

use crate::ChannelKey;

mod turns;

use turns::Turns;

/// Names that are remembered for all sites together. What is forgotten is charged again.
const REMEMBERED: usize = 65_536;

/// Sites whose budget is remembered. One that was forgotten has its burst again, but not that of
/// all sites.
const SITES: usize = 4_096;

/// Limits of [`SiteNames`].
#[derive(Clone, Debug)]
pub struct SiteNamesConfig {
    /// Names that one site may try at once.
    pub site_burst: u32,
    /// Names that all opaque origins together may try at once; never more than one site.
    pub opaque_burst: u32,
    /// Names that all sites together may try at once.
    pub all_burst: u32,
    /// Time after which one more is granted.
    pub interval: Duration,
}

/// Whose budget a page uses.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Site {
    /// A registrable domain, or what stands for it.
    Named(String),
    /// All pages whose origin is opaque (`null`): sandboxed frames and `data:` pages of any site. They have one budget, as
    /// any site can have as many of them as it likes.
    Opaque,
}

/// The budget of every web site that has asked for a channel.
///
/// Names are charged before anybody looks whether the channel exists, so that a refusal tells
/// nothing. Where all sites together have none left, those that come back go to the sites that wait, in
/// turn: whoever asks most often gets no more than others.
pub struct SiteNames {
    config: SiteNamesConfig,
    hasher: RandomState,
    all: Bucket,
    sites: HashMap<Site, Budget, RandomState>,
    turns: Turns,
    /// Keyed digests of site and name, and the order in which they came.
    known: HashMap<u64, (), RandomState>,
    order: VecDeque<u64>,
}

/// Of one site.
struct Budget {
    bucket: Bucket,
    /// Names that it has been granted.
    granted: u32,
}

/// A token bucket that starts full.
#[derive(Clone, Copy)]
struct Bucket {
    left: u32,
    since: Instant,
}

impl Default for SiteNamesConfig {
    fn default() -> Self {
        Self {
            site_burst: limits::SITE_NAMES_BURST,
            opaque_burst: limits::OPAQUE_ORIGINS_NAMES_BURST,
            all_burst: limits::ALL_SITES_NAMES_BURST,
            interval: limits::NAME_INTERVAL,
        }
    }
}

impl SiteNames {
    /// Nothing is charged yet. `seed` keys the digests: it has to come from a CSPRNG.
    #[must_use]
    pub fn new(config: SiteNamesConfig, seed: [u64; 4], now: Instant) -> Self {
        let hasher = RandomState::with_seeds(seed[0], seed[1], seed[2], seed[3]);
        Self {
            all: Bucket { left: config.all_burst, since: now },
            sites: HashMap::with_hasher(hasher.clone()),
            turns: Turns::default(),
            known: HashMap::with_hasher(hasher.clone()),
            order: VecDeque::new(),
            hasher,
            config,
        }
    }

    /// Whether `site` may try the name of `channel`. A name that it has tried before costs nothing.
    pub fn admit(&mut self, site: &Site, channel: &ChannelKey, now: Instant) -> bool {
        let digest = self.hasher.hash_one((site, channel));
        if self.known.contains_key(&digest) {
            return true;
        }
        self.make_room_for(site);
        let SiteNamesConfig { all_burst, interval, .. } = self.config;
        let burst = self.burst_of(site);
        let full = Budget { bucket: Bucket { left: burst, since: now }, granted: 0 };
        let budget = self.sites.entry(site.clone()).or_insert(full);
        budget.bucket.refill(burst, interval, now);
        self.all.refill(all_burst, interval, now);
        if budget.bucket.left == 0 {
            return false;
        }
        if self.all.left as usize <= self.turns.before(site, budget.granted, now) {
            self.turns.wait(site, budget.granted, now);
            return false;
        }
        self.turns.leave(site);
        budget.bucket.left -= 1;
        budget.granted = budget.granted.saturating_add(1);
        self.all.left -= 1;
        self.remember(digest);
        true
    }

    fn burst_of(&self, site: &Site) -> u32 {
        match site {
            Site::Named(_) => self.config.site_burst,
            Site::Opaque => self.config.opaque_burst.min(self.config.site_burst),
        }
    }

    fn make_room_for(&mut self, site: &Site) {
        if self.sites.len() < SITES || self.sites.contains_key(site) {
            return;
        }
        let fullest =
            self.sites.iter().max_by_key(|(_, budget)| budget.bucket.left).map(|(site, _)| site.clone());
        if let Some(site) = fullest {
            self.sites.remove(&site);
        }
    }

    fn remember(&mut self, digest: u64) {
        if self.order.len() == REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.known.insert(digest, ());
        self.order.push_back(digest);
    }
}

impl Bucket {
    fn refill(&mut self, burst: u32, interval: Duration, now: Instant) {
        let interval = interval.max(Duration::from_nanos(1));
        let passed = now.saturating_duration_since(self.since);
        let grants = u32::try_from(passed.as_nanos() / interval.as_nanos()).unwrap_or(u32::MAX);
        if grants >= burst - self.left.min(burst) {
            *self = Self { left: burst, since: now };
        } else {
            self.left += grants;
            self.since += interval * grants;
        }
    }
}
