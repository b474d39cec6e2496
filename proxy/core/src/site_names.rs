//! Limits the channel names that web sites may try, so that no page guesses names through this
//! proxy.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use ahash::RandomState;
use nws_protocol::limits;
use nws_token_bucket::{RateLimit, TokenBucket};

use crate::ChannelKey;

mod turns;

use turns::Turns;

/// Names that are remembered for all sites together. A name that was forgotten is charged again.
const REMEMBERED: usize = 65_536;

/// Sites whose tokens are remembered. A site that was forgotten has its full burst again, but not
/// the burst of all sites together.
const SITES: usize = 4_096;

/// Limits of [`SiteNames`].
#[derive(Clone, Debug)]
pub struct SiteNamesConfig {
    /// Names that one site may try at once.
    pub site_burst: u32,
    /// Names that all opaque origins together may try at once. Never more than one site may.
    pub opaque_burst: u32,
    /// Names that all sites together may try at once.
    pub all_burst: u32,
    /// Time after which one more name is granted.
    pub interval: Duration,
}

/// The site of a page.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Site {
    /// A registrable domain, or what stands for one.
    Named(String),
    /// All pages whose origin is opaque (`null`): sandboxed frames and `data:` pages of any site.
    /// They share one limit, as any site can have as many of them as it likes.
    Opaque,
}

/// The names that each web site, and all of them together, may still try.
///
/// A name is charged before the proxy looks whether the channel exists, so a refusal tells nothing
/// about it. When all sites together have none left, tokens that come back go to the waiting sites
/// in turn: a site that asks more often gets no more than others.
pub struct SiteNames {
    config: SiteNamesConfig,
    hasher: RandomState,
    all: TokenBucket,
    sites: HashMap<Site, SiteState, RandomState>,
    turns: Turns,
    /// Keyed digests of site and name, in the order in which they came.
    known: HashMap<u64, (), RandomState>,
    order: VecDeque<u64>,
}

/// The names that one site may still try, and those that it has tried.
struct SiteState {
    left: TokenBucket,
    /// Names that it has been granted.
    granted: u32,
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
    pub fn new(config: SiteNamesConfig, seed: [u64; 4]) -> Self {
        let hasher = RandomState::with_seeds(seed[0], seed[1], seed[2], seed[3]);
        Self {
            all: TokenBucket::new(RateLimit { burst: config.all_burst, interval: config.interval }),
            sites: HashMap::with_hasher(hasher.clone()),
            turns: Turns::default(),
            known: HashMap::with_hasher(hasher.clone()),
            order: VecDeque::new(),
            hasher,
            config,
        }
    }

    /// Names that all sites together may still try at `now`.
    #[must_use]
    pub fn left(&self, now: Instant) -> usize {
        self.all.available(now)
    }

    /// Gives whether `site` may try the name of `channel`. A name that it has tried before costs
    /// nothing.
    pub fn admit(&mut self, site: &Site, channel: &ChannelKey, now: Instant) -> bool {
        let digest = self.hasher.hash_one((site, channel));
        if self.known.contains_key(&digest) {
            return true;
        }
        self.make_room_for(site);
        let full = SiteState { left: TokenBucket::new(self.limit_of(site)), granted: 0 };
        let state = self.sites.entry(site.clone()).or_insert(full);
        if state.left.available(now) == 0 {
            return false;
        }
        if self.all.available(now) <= self.turns.before(site, state.granted, now) {
            self.turns.wait(site, state.granted, now);
            return false;
        }
        self.turns.leave(site);
        state.left.take(1, now);
        state.granted = state.granted.saturating_add(1);
        self.all.take(1, now);
        self.remember(digest);
        true
    }

    fn limit_of(&self, site: &Site) -> RateLimit {
        let burst = match site {
            Site::Named(_) => self.config.site_burst,
            Site::Opaque => self.config.opaque_burst.min(self.config.site_burst),
        };
        RateLimit { burst, interval: self.config.interval }
    }

    /// Forgets the site whose tokens are all back first. Nearly always they are back already, so
    /// the site gains nothing by that.
    fn make_room_for(&mut self, site: &Site) {
        if self.sites.len() < SITES || self.sites.contains_key(site) {
            return;
        }
        let fullest = self.sites.iter().min_by_key(|(_, state)| state.left.full_at());
        if let Some(site) = fullest.map(|(site, _)| site.clone()) {
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
