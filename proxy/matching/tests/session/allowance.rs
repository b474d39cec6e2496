//! What two honest proxies say to each other that share nothing, beside what may be said.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use nws_matching::{Allowance, LinkKey, RateLimits, RateLimitsConfig};
use nws_protocol::limits::{LINK_HEARTBEAT, LINK_SLOTS_LIVE};
use nws_protocol::link::LinkFrame;

use crate::pair::Pair;

/// What WebSocket and TLS put around each frame that comes by itself.
const AROUND: usize = 8 + 22;

const LINK: LinkKey = LinkKey(1);

/// Two proxies, each with what it grants and what it takes.
struct Strangers {
    pair: Pair,
    rate_limits: [RateLimits; 2],
    allowances: [Allowance; 2],
    asked: [usize; 2],
    now: Instant,
    frames: usize,
}

impl Strangers {
    #[expect(clippy::disallowed_methods, reason = "a point in time to start from")]
    fn new() -> Self {
        let rate_limits = [(); 2].map(|()| {
            let mut rate_limits = RateLimits::new(RateLimitsConfig::default());
            rate_limits.open(LINK, IpAddr::V4(Ipv4Addr::LOCALHOST), true);
            rate_limits
        });
        let (pair, allowances) = (Pair::new(LINK_SLOTS_LIVE), [Allowance::default(); 2]);
        Self { pair, rate_limits, allowances, asked: [0; 2], now: Instant::now(), frames: 0 }
    }

    /// One channel more on each side. The evaluation of the one before may have come meanwhile.
    fn open(&mut self, number: u16) {
        self.pair.one.offer([format!("one{number}").as_str()]);
        self.pair.two.offer([format!("two{number}").as_str()]);
        self.settle();
    }

    /// Everything that is granted by now is done, one evaluation after the other: so there are as
    /// many frames as can be.
    fn settle(&mut self) {
        while [false, true].map(|second| self.step(second)).contains(&true) {}
    }

    fn step(&mut self, second: bool) -> bool {
        let number = usize::from(second);
        let (side, other) = self.pair.sides(second);
        let is_still = side.works.is_empty() && other.sent.is_empty();
        side.work(0).unwrap();
        if let Some(frame) = other.sent.pop_front() {
            self.frames += 1;
            let is_leave = matches!(LinkFrame::parse(&frame), Ok(LinkFrame::Leave { .. }));
            let allowance = &mut self.allowances[number];
            assert!(is_leave || allowance.takes_frame(self.now), "the frame number {}", self.frames);
            assert!(allowance.takes_bytes(frame.len() + AROUND, self.now), "bytes of frame {}", self.frames);
            side.receive(&frame).unwrap();
        }
        // What it waits for grows by what it asks, and shrinks by what it is granted.
        self.rate_limits[number].ask(LINK, side.waiting - self.asked[number]);
        self.asked[number] = side.waiting;
        let granted = self.rate_limits[number].poll_grant(self.now).map_or(0, |(_, count)| count);
        (0..granted).for_each(|_| side.grant(1));
        self.asked[number] = side.waiting;
        !is_still || granted > 0
    }

    /// Time goes by, and each side asks for a sign of life.
    fn wait(&mut self, time: Duration) {
        let until = self.now + time;
        while self.now < until {
            self.now += LINK_HEARTBEAT;
            for allowance in &mut self.allowances {
                assert!(allowance.takes_frame(self.now) && allowance.takes_frame(self.now));
            }
            self.settle();
        }
    }

    fn close(&mut self, number: u16) {
        self.pair.one.withdraw(&format!("one{number}"));
        self.pair.two.withdraw(&format!("two{number}"));
    }
}

#[test]
fn a_thousand_channels_that_come_and_go_one_by_one_keep_to_it() {
    let mut strangers = Strangers::new();
    strangers.settle();
    (0..LINK_SLOTS_LIVE).for_each(|number| strangers.open(number));
    strangers.wait(Duration::from_secs(30));
    (0..LINK_SLOTS_LIVE).for_each(|number| strangers.close(number));
    strangers.settle();
    (0..LINK_SLOTS_LIVE).for_each(|number| strangers.open(number));
    strangers.wait(Duration::from_secs(60));
    assert!(strangers.frames > 1024, "{} frames", strangers.frames);
}

#[test]
fn a_thousand_channels_from_the_beginning_keep_to_it() {
    let mut strangers = Strangers::new();
    for (side, of) in [(&mut strangers.pair.one, "one"), (&mut strangers.pair.two, "two")] {
        let names: Vec<String> = (0..LINK_SLOTS_LIVE).map(|number| format!("{of}{number}")).collect();
        side.offer(names.iter().map(String::as_str));
    }
    strangers.settle();
    strangers.wait(Duration::from_secs(900));
    (0..LINK_SLOTS_LIVE).for_each(|number| strangers.close(number));
    strangers.settle();
    let left = |frames: &[Vec<u8>]| {
        frames.iter().filter(|frame| matches!(LinkFrame::parse(frame), Ok(LinkFrame::Leave { .. }))).count()
    };
    assert_eq!(left(&strangers.pair.one.log), usize::from(LINK_SLOTS_LIVE));
}
