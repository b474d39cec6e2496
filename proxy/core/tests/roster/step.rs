//! What clients do.

use std::time::Duration;

use nws_core::Framing;
use nws_sim::Speed;
use proptest::prelude::*;

/// Peers are meant by number, as many times around as it takes.
pub(crate) type Who = usize;

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Join { channel: usize, id: Option<u8>, framing: Framing },
    Reserve { channel: usize, id: u8 },
    Admit { who: Who, framing: Framing },
    Vanish { who: Who },
    Close { who: Who },
    Say { who: Who, to: Option<Who>, size: usize, binary: bool },
    Garbage { who: Who },
    Read { who: Who, speed: Speed },
    Settle,
    Wait { time: Duration },
}

impl Step {
    pub(crate) fn any() -> impl Strategy<Value = Self> {
        prop_oneof![
            6 => (channel(), proptest::option::of(id()), framing())
                .prop_map(|(channel, id, framing)| Self::Join { channel, id, framing }),
            1 => (channel(), id()).prop_map(|(channel, id)| Self::Reserve { channel, id }),
            1 => (who(), framing()).prop_map(|(who, framing)| Self::Admit { who, framing }),
            2 => who().prop_map(|who| Self::Vanish { who }),
            1 => who().prop_map(|who| Self::Close { who }),
            14 => (who(), proptest::option::of(who()), size(), any::<bool>())
                .prop_map(|(who, to, size, binary)| Self::Say { who, to, size, binary }),
            1 => who().prop_map(|who| Self::Garbage { who }),
            4 => (who(), speed()).prop_map(|(who, speed)| Self::Read { who, speed }),
            3 => Just(Self::Settle),
            4 => time().prop_map(|time| Self::Wait { time }),
        ]
    }
}

fn channel() -> impl Strategy<Value = usize> {
    prop_oneof![4 => Just(0), 1 => Just(1), 1 => Just(2)]
}

fn id() -> impl Strategy<Value = u8> {
    0..3_u8
}

fn framing() -> impl Strategy<Value = Framing> {
    prop_oneof![3 => Just(Framing::Structured), 1 => Just(Framing::Raw)]
}

fn who() -> impl Strategy<Value = Who> {
    0..12_usize
}

/// Small; several to a window; and such as are shared and not copied.
fn size() -> impl Strategy<Value = usize> {
    prop_oneof![6 => 0..50_usize, 2 => 1_000..3_000_usize, 2 => 16_000..20_000_usize]
}

fn speed() -> impl Strategy<Value = Speed> {
    prop_oneof![
        2 => Just(Speed::Stalled),
        1 => (300..3_000_usize).prop_map(Speed::BytesPerMs),
        1 => Just(Speed::Unlimited),
    ]
}

fn time() -> impl Strategy<Value = Duration> {
    prop_oneof![
        4 => (0..30_u64).prop_map(Duration::from_millis),
        4 => (100..200_u64).prop_map(Duration::from_millis),
        1 => Just(Duration::from_secs(6)),
        1 => Just(Duration::from_secs(31)),
    ]
}
