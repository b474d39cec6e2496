//! Limits the evaluations and handshakes that the proxies around us are granted.
//!
//! An evaluation is one guess at a name, so an attacker lives on them. A link that asks for more
//! than there is waits: none is closed. What there is goes round, one source after the other, and
//! within a source one link after the other. Links of which a channel has been matched have a pool
//! of their own, so that strangers cannot starve them.
//!
//! Slots that stand for nothing cost evaluations like any other: the side that evaluates cannot
//! tell them apart.

mod allowance;
mod config;
mod rotation;
mod source;

pub use allowance::Allowance;
pub use config::RateLimitsConfig;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Instant;

use nws_token_bucket::TokenBucket;

use self::rotation::Rotation;
use self::source::{SourceKey, Sources};

/// Evaluations that one link is granted in one turn: as many as are computed without leaving the
/// thread.
const TURN: usize = 16;

/// Names one link in [`RateLimits`]; the shell chooses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkKey(pub u64);

/// The limits of one proxy, and what is left of them. What is remembered is bounded by the number
/// of links, and of sources by [`RateLimitsConfig::sources_max`].
#[derive(Debug)]
pub struct RateLimits {
    config: RateLimitsConfig,
    sources: Sources,
    links: BTreeMap<LinkKey, Link>,
    handshakes: TokenBucket,
    strangers: Pool,
    friends: Pool,
}

#[derive(Debug)]
struct Link {
    source: SourceKey,
    is_friend: bool,
    evaluations: TokenBucket,
    waiting: usize,
}

/// What all links of one kind share.
#[derive(Debug)]
struct Pool {
    evaluations: TokenBucket,
    /// The links that wait.
    rotation: Rotation,
}

impl RateLimits {
    /// Everything is full.
    #[must_use]
    pub fn new(config: RateLimitsConfig) -> Self {
        let pool = |limit| Pool { evaluations: TokenBucket::new(limit), rotation: Rotation::default() };
        Self {
            config,
            sources: Sources::default(),
            links: BTreeMap::new(),
            handshakes: TokenBucket::new(config.handshakes),
            strangers: pool(config.strangers),
            friends: pool(config.friends),
        }
    }

    /// Whether a TLS handshake with `source` may be done now. One that may not is refused: nobody
    /// waits.
    pub fn handshake(&mut self, source: IpAddr, on_link: bool, now: Instant) -> bool {
        let key = SourceKey::new(source, on_link);
        let theirs = self.sources.get(key).map_or(1, |source| source.handshakes.available(now));
        let granted = theirs > 0 && self.handshakes.available(now) > 0;
        if granted {
            self.handshakes.take(1, now);
            self.sources.get_or_insert(key, &self.config).handshakes.take(1, now);
        }
        granted
    }

    /// What is left at `now` of what all links together may have: handshakes, and evaluations of
    /// strangers and of friends.
    #[must_use]
    pub fn left(&self, now: Instant) -> [usize; 3] {
        [&self.handshakes, &self.strangers.evaluations, &self.friends.evaluations]
            .map(|bucket| bucket.available(now))
    }

    /// A link has come into being, whichever side dialled.
    pub fn open(&mut self, link: LinkKey, source: IpAddr, on_link: bool) {
        self.close(link);
        let source = SourceKey::new(source, on_link);
        self.sources.get_or_insert(source, &self.config).links += 1;
        let evaluations = TokenBucket::new(self.config.link);
        self.links.insert(link, Link { source, is_friend: false, evaluations, waiting: 0 });
    }

    /// The other side of `link` waits for `count` evaluations more.
    pub fn ask(&mut self, link: LinkKey, count: usize) {
        let Some(asking) = self.links.get_mut(&link) else { return };
        if asking.waiting == 0 && count > 0 {
            let pool = if asking.is_friend { &mut self.friends } else { &mut self.strangers };
            pool.rotation.add(asking.source, link);
        }
        asking.waiting = asking.waiting.saturating_add(count);
    }

    /// A channel of `link` has been matched; no-op when one was before.
    pub fn matched(&mut self, link: LinkKey) {
        let Some(friend) = self.links.get_mut(&link).filter(|link| !link.is_friend) else { return };
        friend.is_friend = true;
        friend.evaluations = TokenBucket::new(self.config.friend);
        if friend.waiting > 0 {
            self.strangers.rotation.remove(friend.source, link);
            self.friends.rotation.add(friend.source, link);
        }
    }

    /// The link is no more.
    pub fn close(&mut self, link: LinkKey) {
        let Some(closed) = self.links.remove(&link) else { return };
        let pool = if closed.is_friend { &mut self.friends } else { &mut self.strangers };
        pool.rotation.remove(closed.source, link);
        if let Some(source) = self.sources.get_mut(closed.source) {
            source.links -= 1;
        }
    }

    /// The next grant, if there is one now. Ask until there is none.
    pub fn poll_grant(&mut self, now: Instant) -> Option<(LinkKey, usize)> {
        self.grant(true, now).or_else(|| self.grant(false, now))
    }

    /// When to ask [`poll_grant`](Self::poll_grant) again after it gave nothing, if nothing else
    /// happens.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let when = |(key, pool): (&LinkKey, &Pool)| {
            let link = &self.links[key];
            let source = self.sources.get(link.source).filter(|_| !link.is_friend);
            let source = source.and_then(|source| source.evaluations.has_one_at());
            link.evaluations.has_one_at().max(pool.evaluations.has_one_at()).max(source)
        };
        let pools = [&self.strangers, &self.friends];
        let waiting = pools.into_iter().flat_map(|pool| pool.rotation.links().map(move |link| (link, pool)));
        waiting.filter_map(when).min()
    }

    /// A grant to a friend, or to a stranger.
    fn grant(&mut self, is_friend: bool, now: Instant) -> Option<(LinkKey, usize)> {
        let pool = if is_friend { &self.friends } else { &self.strangers };
        let common = pool.evaluations.available(now).min(TURN);
        let share = |key: LinkKey| {
            let link = &self.links[&key];
            let source = self.sources.get(link.source).filter(|_| !is_friend);
            let source = source.map_or(usize::MAX, |source| source.evaluations.available(now));
            link.waiting.min(common).min(source).min(link.evaluations.available(now))
        };
        let (key, count) = pool.rotation.find(share)?;
        self.spend(key, count, now);
        Some((key, count))
    }

    fn spend(&mut self, key: LinkKey, count: usize, now: Instant) {
        let Some(link) = self.links.get_mut(&key) else { return };
        let pool = if link.is_friend { &mut self.friends } else { &mut self.strangers };
        link.waiting -= count;
        link.evaluations.take(count, now);
        pool.evaluations.take(count, now);
        if !link.is_friend
            && let Some(source) = self.sources.get_mut(link.source)
        {
            source.evaluations.take(count, now);
        }
        if link.waiting > 0 {
            pool.rotation.turn(link.source, key);
        } else {
            pool.rotation.served(link.source, key);
        }
    }
}
