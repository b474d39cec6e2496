//! No link gets more than the limits say, and none waits because of another for longer than its turn.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use nws_matching::{LinkKey, RateLimits, RateLimitsConfig};
use nws_token_bucket::RateLimit;
use proptest::collection::vec;
use proptest::prelude::*;

/// Rate limits, and the time as they are told it.
struct World {
    rate_limits: RateLimits,
    start: Instant,
    passed: Duration,
    granted: BTreeMap<LinkKey, usize>,
}

fn source(number: u8) -> IpAddr {
    Ipv4Addr::new(192, 0, 2, number).into()
}

impl World {
    fn new() -> Self {
        Self::with(RateLimitsConfig::default())
    }

    #[expect(clippy::disallowed_methods, reason = "an origin: only differences count")]
    fn with(config: RateLimitsConfig) -> Self {
        let rate_limits = RateLimits::new(config);
        Self { rate_limits, start: Instant::now(), passed: Duration::ZERO, granted: BTreeMap::new() }
    }

    fn now(&self) -> Instant {
        self.start + self.passed
    }

    /// A link of a source, which asks for as much as may wait.
    fn open(&mut self, link: u64, from: u8) {
        self.rate_limits.open(LinkKey(link), source(from), true);
        self.rate_limits.ask(LinkKey(link), 64);
    }

    /// Everything that is granted now; whoever is granted something asks for as much again.
    fn serve(&mut self) -> usize {
        let mut sum = 0;
        while let Some((link, count)) = self.rate_limits.poll_grant(self.now()) {
            assert!((1..=16).contains(&count));
            self.rate_limits.ask(link, count);
            *self.granted.entry(link).or_default() += count;
            sum += count;
        }
        sum
    }

    /// The same whenever there is something, until so much time has passed.
    fn serve_for(&mut self, time: Duration) {
        let end = self.passed + time;
        self.serve();
        while let Some(next) = self.rate_limits.poll_timeout().filter(|&next| next <= self.start + end) {
            let before = next - Duration::from_nanos(1);
            assert_eq!(self.rate_limits.poll_grant(before), None, "nothing before the time");
            assert!(next > self.now());
            self.passed = next - self.start;
            assert!(self.serve() > 0, "something at the time");
        }
        self.passed = end;
    }

    fn granted(&self, link: u64) -> usize {
        self.granted.get(&LinkKey(link)).copied().unwrap_or(0)
    }

    fn sum(&self) -> usize {
        self.granted.values().sum()
    }
}

/// All that a limit has given after a time.
fn after(limit: RateLimit, time: Duration) -> usize {
    limit.burst as usize + (time.as_nanos() / limit.interval.as_nanos()) as usize
}

#[test]
fn sixty_four_connections_of_one_source() {
    let mut world = World::new();
    (0..64).for_each(|link| world.open(link, 1));
    assert_eq!(world.serve(), 512);
    world.serve_for(Duration::from_secs(100));
    assert_eq!(world.sum(), 512 + 200);
    let each: Vec<_> = (0..64).map(|link| world.granted(link)).collect();
    // Half of them had a turn of sixteen before the burst was used up; then all had three or four turns of one.
    assert!(each.iter().all(|granted| matches!(granted, 3 | 4 | 19 | 20)), "{each:?}");
}

#[test]
fn sixty_four_connections_of_as_many_sources() {
    let mut world = World::new();
    (0..64).for_each(|link| world.open(link, link as u8));
    assert_eq!(world.serve(), 2048);
    assert!((0..64).all(|link| world.granted(link) == 32));
    world.serve_for(Duration::from_secs(100));
    assert_eq!(world.sum(), 2048 + 800);
    assert!((0..64).all(|link| (44..=45).contains(&world.granted(link))));
}

/// A connection that closes and comes back begins anew, its source does not.
#[test]
fn connections_in_a_row() {
    let mut world = World::new();
    for link in 0..64 {
        world.open(link, 1);
        world.serve();
        world.rate_limits.close(LinkKey(link));
    }
    assert_eq!(world.sum(), 512);
    assert_eq!((world.granted(0), world.granted(1), world.granted(2)), (256, 256, 0));
}

/// Sixty-three sources with four connections each use up what there is; one that comes later has its turn.
#[test]
fn a_flood_starves_itself() {
    let mut world = World::new();
    (0..252).for_each(|link| world.open(link, (link / 4) as u8));
    world.serve();
    assert_eq!(world.sum(), 2048);
    world.open(1000, 200);
    world.serve_for(Duration::from_secs(8));
    assert_eq!(world.granted(1000), 1, "64 evaluations in these 8 seconds, and 64 sources");
    world.serve_for(Duration::from_secs(80));
    assert_eq!(world.granted(1000), 11);
}

#[test]
fn strangers_do_not_starve_friends() {
    let mut world = World::new();
    (0..64).for_each(|link| world.open(link, link as u8));
    world.serve();
    world.open(100, 100);
    assert_eq!(world.serve(), 0);
    world.rate_limits.matched(LinkKey(100));
    world.rate_limits.matched(LinkKey(100));
    assert_eq!(world.serve(), 1024);
    assert_eq!(world.granted(100), 1024);
    world.serve_for(Duration::from_secs(100));
    assert_eq!(world.granted(100), 1024 + 200);
    assert_eq!(world.sum(), 2048 + 800 + 1024 + 200);
}

#[test]
fn friends_have_a_common_limit() {
    let mut world = World::new();
    for link in 0..8 {
        world.open(link, 1);
        world.rate_limits.matched(LinkKey(link));
    }
    assert_eq!(world.serve(), 4096);
    assert!((0..8).all(|link| world.granted(link) == 512));
    world.serve_for(Duration::from_secs(100));
    assert_eq!(world.sum(), 4096 + 800);
}

#[test]
fn who_is_closed_is_granted_nothing() {
    let mut world = World::new();
    world.open(1, 1);
    world.rate_limits.close(LinkKey(1));
    world.rate_limits.ask(LinkKey(1), 64);
    world.rate_limits.matched(LinkKey(1));
    assert_eq!((world.serve(), world.rate_limits.poll_timeout()), (0, None));
}

#[test]
fn handshakes() {
    let mut world = World::new();
    let shake = |world: &mut World, from: u8| world.rate_limits.handshake(source(from), true, world.now());
    let many = |world: &mut World, from: u8| (0..100).filter(|_| shake(world, from)).count();
    assert_eq!(many(&mut world, 1), 4);
    assert_eq!([2, 3, 4, 5].map(|from| many(&mut world, from)), [4, 4, 4, 0]);
    world.passed += Duration::from_millis(125);
    assert_eq!(many(&mut world, 1), 0, "a quarter of a second for one of the same source");
    assert_eq!(many(&mut world, 5), 2);
    world.passed += Duration::from_secs(10);
    assert_eq!([1, 2, 3, 4, 5].map(|from| many(&mut world, from)), [4, 4, 4, 4, 0]);
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Open(u64, u8),
    Close(u64),
    Match(u64),
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..64_u64, 0..9_u8).prop_map(|(link, from)| Step::Open(link, from)),
        2 => (0..64_u64).prop_map(Step::Close),
        1 => (0..64_u64).prop_map(Step::Match),
        1 => (0..60_000_u64).prop_map(Step::Pass),
    ]
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").map_or(1_000, |cases| cases.parse().expect("a number"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn no_limit_is_exceeded(steps in vec(step(), 0..100)) {
        let config = RateLimitsConfig::default();
        let mut world = World::new();
        // Of each link that is open: its source, whether it is a friend, when it became what it is, and what it got.
        let mut links: BTreeMap<u64, (u8, bool, Duration, usize)> = BTreeMap::new();
        let (mut of_sources, mut pools) = ([0; 9], [0; 2]);
        for step in steps {
            let begin = world.passed;
            match step {
                Step::Open(link, from) => {
                    world.open(link, from);
                    links.insert(link, (from, false, begin, 0));
                }
                Step::Close(link) => {
                    world.rate_limits.close(LinkKey(link));
                    links.remove(&link);
                }
                Step::Match(link) => {
                    world.rate_limits.matched(LinkKey(link));
                    links.entry(link).and_modify(|link| {
                        if !link.1 {
                            *link = (link.0, true, begin, 0);
                        }
                    });
                }
                Step::Pass(millis) => world.serve_for(Duration::from_millis(millis)),
            }
            world.serve();
            for (LinkKey(link), count) in std::mem::take(&mut world.granted) {
                let link = links.get_mut(&link).expect("only open links are granted anything");
                link.3 += count;
                pools[usize::from(link.1)] += count;
                if !link.1 {
                    of_sources[usize::from(link.0)] += count;
                }
            }
            let now = world.passed;
            for (_, is_friend, since, granted) in links.values() {
                let limit = if *is_friend { config.friend } else { config.link };
                prop_assert!(*granted <= after(limit, now - *since));
            }
            prop_assert!(of_sources.iter().all(|granted| *granted <= after(config.source, now)));
            prop_assert!(pools[0] <= after(config.strangers, now) && pools[1] <= after(config.friends, now));
        }
    }
}

#[test]
fn fifty_sites_with_a_thousand_channels_each_are_evaluated_at_once() {
    let mut world = World::with(RateLimitsConfig::sites());
    let padded = 1024;
    for site in 0..49 {
        world.rate_limits.open(LinkKey(site), source(site as u8), true);
        world.rate_limits.ask(LinkKey(site), padded);
    }
    let mut granted = 0;
    while let Some((_, count)) = world.rate_limits.poll_grant(world.now()) {
        granted += count;
    }
    assert_eq!(granted, 49 * padded);
}

#[test]
fn a_site_has_2048_guesses_and_all_together_65536() {
    let mut world = World::with(RateLimitsConfig::sites());
    (0..64).for_each(|link| world.open(link, link as u8));
    world.serve();
    assert!((0..32).all(|link| world.granted(link) <= 2048));
    assert_eq!(world.sum(), 65_536);
    world.serve_for(Duration::from_secs(10));
    assert_eq!(world.sum(), 65_536 + 10_240);
    let mut alone = World::with(RateLimitsConfig::sites());
    alone.open(0, 0);
    alone.serve_for(Duration::from_secs(10));
    assert_eq!(alone.granted(0), 2048 + 160);
}
