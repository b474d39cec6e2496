//! Two honest sides that do not see the same link: somebody sits between them.

use nws_matching::{Role, SessionConfig};
use nws_protocol::ProxyId;
use nws_protocol::link::{Hello, LinkFrame, VERSION};
use proptest::prelude::*;

use crate::cases;
use crate::pair::Pair;
use crate::side::{Side, config};

/// What the two sides see differently.
#[derive(Clone, Debug)]
enum Difference {
    /// The exporter: each has a TLS connection of its own with whoever sits between.
    Sid(usize, u8),
    /// The id of one of the two: of the one whose id it is itself, or of the other.
    Id { own: bool, at: usize, to: u8 },
    /// Our HELLO, by other numbers or something behind them.
    Hello { version_max: u16, slots_max: u16, rest: Vec<u8> },
}

fn difference() -> impl Strategy<Value = Difference> {
    let hello = (VERSION..VERSION + 3, 4..9_u16, prop::collection::vec(any::<u8>(), 0..4));
    prop_oneof![
        (0..32_usize, 1..=255_u8).prop_map(|(at, by)| Difference::Sid(at, by)),
        (any::<bool>(), 0..26_usize, b'a'..=b'z').prop_map(|(own, at, to)| Difference::Id { own, at, to }),
        hello.prop_map(|(version_max, slots_max, rest)| Difference::Hello { version_max, slots_max, rest }),
    ]
}

fn with_letter(id: &ProxyId, at: usize, to: u8) -> ProxyId {
    let mut bytes = id.as_str().as_bytes().to_vec();
    bytes[at] = to;
    String::from_utf8(bytes).unwrap().parse().unwrap()
}

impl Difference {
    /// `config` as one side sees it.
    fn on(&self, mut config: SessionConfig) -> SessionConfig {
        match *self {
            Self::Sid(at, by) => config.sid[at] ^= by,
            Self::Id { own: true, at, to } => config.own = with_letter(&config.own, at, to),
            Self::Id { own: false, at, to } => config.peer = with_letter(&config.peer, at, to),
            Self::Hello { .. } => {}
        }
        config
    }

    /// The HELLO `frame` as the other side gets it.
    fn on_hello(&self, frame: &mut Vec<u8>) {
        if let Self::Hello { version_max, slots_max, rest } = self {
            let suite = Hello::RISTRETTO255_SHA512;
            let hello = Hello { version_min: 1, version_max: *version_max, suite, slots_max: *slots_max };
            *frame = LinkFrame::Hello(hello).to_bytes();
            frame.extend(rest);
        }
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn no_join_over_two_links(difference in difference(), initiator: bool) {
        let role = if initiator { Role::Initiator } else { Role::Responder };
        let seen = difference.on(config(role, 4));
        let mut pair = Pair::new(4);
        *pair.sides(!initiator).0 = Side::new(seen.clone(), 3);
        let honest = config(role, 4);
        let was = pair.one.log[0].clone();
        difference.on_hello(&mut pair.one.sent[0]);
        let same = (seen.sid, &seen.own, &seen.peer) == (honest.sid, &honest.own, &honest.peer)
            && was == pair.one.sent[0];
        pair.one.offer(["a", "b"]);
        pair.two.offer(["b", "a"]);
        pair.settle().unwrap();
        prop_assert_eq!(pair.one.matched.len(), if same { 2 } else { 0 });
        prop_assert_eq!(pair.two.matched.len(), if same { 2 } else { 0 });
    }

    #[test]
    fn no_join_of_two_names(name in "[a-z]{1,6}", at: prop::sample::Index, to in b'a'..=b'z', longer: bool) {
        let mut other = name.clone().into_bytes();
        if longer {
            other.push(to);
        } else {
            *at.get_mut(&mut other) = to;
        }
        let other = String::from_utf8(other).unwrap();
        let mut pair = Pair::new(2);
        pair.one.offer([&*name]);
        pair.two.offer([&*other]);
        pair.settle().unwrap();
        prop_assert_eq!(pair.one.matched.len(), usize::from(name == other));
        pair.assert_agreement();
    }

    /// One bit of what one side sends, HELLO and kinds of frames apart, is another on its way.
    #[test]
    fn no_harm_by_a_changed_bit(frame in 1..4_usize, bit: prop::sample::Index, second: bool) {
        let mut pair = Pair::new(4);
        pair.one.offer(["a", "b"]);
        pair.two.offer(["b", "c"]);
        let mut delivered = 0;
        loop {
            let (side, _) = pair.sides(second);
            if let Some(next) = side.sent.front_mut() {
                if delivered == frame {
                    let bit = bit.index((next.len() - 1) * 8);
                    next[1 + bit / 8] ^= 1 << (bit % 8);
                }
                delivered += 1;
            }
            let rest = [false, true].map(|second| {
                pair.deliver(second)?;
                let (side, _) = pair.sides(second);
                side.grant(64);
                side.work(0)
            });
            let is_still = pair.one.sent.len() + pair.two.sent.len() + pair.one.works.len() + pair.two.works.len() == 0;
            if is_still || rest.iter().any(Result::is_err) {
                break;
            }
        }
        prop_assert!(delivered > frame);
        prop_assert!(pair.one.names().iter().chain(&pair.two.names()).all(|name| *name == "b"));
    }
}
