//! What no honest side sends closes the link, each with its reason.

use nws_matching::{Input, PeerSlot, Refusal, Role, SessionConfig};
use nws_protocol::link::{Element, Hello, InvalidLinkFrame, LinkFrame, VERSION};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::cases;
use crate::side::{Side, config, name};
use crate::stranger::{Stranger, generator, scalar, times};

const HELLO: Hello = Hello { version_min: VERSION, version_max: VERSION, suite: 1, slots_max: 1024 };

fn elements(count: u64) -> Vec<Element> {
    (0..count).map(|n| times(&generator(), scalar(n))).collect()
}

fn fresh() -> Side {
    let config = SessionConfig { lifetime_max: 120, ..config(Role::Responder, 80) };
    let mut side = Side::new(config, 1);
    side.offer(["a"]);
    side
}

/// Both have said HELLO, and eight slots of the side have been sent.
fn met() -> Side {
    let mut side = fresh();
    Stranger::meet(&mut side, Role::Initiator);
    side.work(0).unwrap();
    side
}

fn receive(side: &mut Side, frame: LinkFrame<'_>) -> Result<(), Refusal> {
    side.receive(&frame.to_bytes())
}

fn ask(side: &mut Side, first: u16, count: u64) -> Result<(), Refusal> {
    receive(side, LinkFrame::Blind { first, elements: &elements(count) })
}

fn answer(side: &mut Side, first: u16, count: u64) -> Result<(), Refusal> {
    receive(side, LinkFrame::Eval { first, elements: &elements(count) })
}

fn tags(side: &mut Side, first: u16, count: usize) -> Result<(), Refusal> {
    receive(side, LinkFrame::Tags { first, tags: &vec![[7; 16]; count] })
}

fn leave(side: &mut Side, slot: u16) -> Result<(), Refusal> {
    receive(side, LinkFrame::Leave { slot })
}

fn evaluate(side: &mut Side, count: usize) {
    side.grant(count);
    while !side.works.is_empty() {
        side.work(0).unwrap();
    }
}

#[test]
fn hello() {
    let hello = |hello| receive(&mut fresh(), LinkFrame::Hello(hello));
    assert_eq!(hello(HELLO), Ok(()));
    assert_eq!(hello(Hello { version_max: 9, ..HELLO }), Ok(()));
    assert_eq!(hello(Hello { version_min: VERSION + 1, version_max: 9, ..HELLO }), Err(Refusal::Version));
    assert_eq!(hello(Hello { version_min: 0, version_max: VERSION - 1, ..HELLO }), Err(Refusal::Version));
    assert_eq!(hello(Hello { suite: 2, ..HELLO }), Err(Refusal::Suite));
    assert_eq!(receive(&mut met(), LinkFrame::Hello(HELLO)), Err(Refusal::HelloTwice));
}

#[test]
fn frames_of_the_wrong_kind() {
    assert_eq!(ask(&mut fresh(), 0, 1), Err(Refusal::Early));
    assert_eq!(leave(&mut fresh(), 0), Err(Refusal::Early));
    assert_eq!(fresh().receive(b""), Err(InvalidLinkFrame::Empty.into()));
    assert_eq!(met().receive(b"\x02\0\0short"), Err(InvalidLinkFrame::Length(2).into()));
    assert_eq!(met().receive(b"\x7f"), Err(InvalidLinkFrame::Kind(0x7f).into()));
    assert_eq!(met().receive(b"\xff"), Ok(()));
    assert_eq!(receive(&mut met(), LinkFrame::Credit { slot: 0, bytes: 1 }), Err(Refusal::Foreign));
    let data = LinkFrame::Data { slot: 0, bytes: b"" }.to_bytes();
    assert_eq!(met().session.handle(Input::Frame(&data)), Err(Refusal::Foreign));
    let mut long = LinkFrame::Hello(HELLO).to_bytes();
    long.resize(4096, 0);
    assert_eq!(fresh().receive(&long), Ok(()));
    long.push(0);
    assert_eq!(fresh().receive(&long), Err(Refusal::TooLong));
}

#[test]
fn questions() {
    assert_eq!(ask(&mut met(), 1, 1), Err(Refusal::Order));
    assert_eq!(ask(&mut met(), u16::MAX, 8), Err(Refusal::Order));
    assert_eq!(ask(&mut met(), 0, 65), Err(Refusal::Message));
    let mut side = met();
    assert_eq!(ask(&mut side, 0, 60), Ok(()));
    assert_eq!(ask(&mut side, 59, 1), Err(Refusal::Order));
    assert_eq!(ask(&mut side, 60, 5), Err(Refusal::Waiting));
    assert_eq!(ask(&mut side, 60, 4), Ok(()));
    evaluate(&mut side, 4);
    assert_eq!(ask(&mut side, 64, 5), Err(Refusal::Waiting));
    evaluate(&mut side, 60);
    assert_eq!(ask(&mut side, 64, 17), Err(Refusal::Live));
    assert_eq!(ask(&mut side, 64, 16), Ok(()));
    evaluate(&mut side, 16);
    (0..60).for_each(|slot| leave(&mut side, slot).unwrap());
    assert_eq!(ask(&mut side, 80, 41), Err(Refusal::Lifetime));
    assert_eq!(ask(&mut side, 80, 40), Ok(()));
}

#[test]
fn elements_that_are_none() {
    let beyond_the_prime = {
        let mut element = [0xff; 32];
        element[31] = 0x7f;
        element
    };
    for bad in [[0; 32], [0xff; 32], beyond_the_prime] {
        let mut elements = elements(8);
        elements[5] = bad;
        let mut side = met();
        receive(&mut side, LinkFrame::Blind { first: 0, elements: &elements }).unwrap();
        side.grant(8);
        assert_eq!(side.work(0), Err(Refusal::Element));
        let mut side = met();
        receive(&mut side, LinkFrame::Eval { first: 0, elements: &elements }).unwrap();
        assert_eq!(side.work(0), Err(Refusal::Element));
    }
}

#[test]
fn answers() {
    assert_eq!(answer(&mut met(), 0, 9), Err(Refusal::Evaluation));
    assert_eq!(answer(&mut met(), 1, 1), Err(Refusal::Evaluation));
    let mut side = fresh();
    Stranger::meet(&mut side, Role::Initiator);
    assert_eq!(answer(&mut side, 0, 1), Err(Refusal::Evaluation), "nothing is sent yet");
    let mut side = met();
    assert_eq!(answer(&mut side, 0, 3), Ok(()));
    assert_eq!(answer(&mut side, 2, 1), Err(Refusal::Evaluation));
    assert_eq!(answer(&mut side, 3, 5), Ok(()));
    assert_eq!(answer(&mut side, 8, 1), Err(Refusal::Evaluation));
}

#[test]
fn proofs() {
    assert_eq!(tags(&mut met(), 0, 1), Err(Refusal::TagEarly));
    let mut side = met();
    ask(&mut side, 0, 4).unwrap();
    assert_eq!(tags(&mut side, 0, 1), Err(Refusal::TagEarly));
    evaluate(&mut side, 2);
    assert_eq!(tags(&mut side, 1, 2), Err(Refusal::TagEarly));
    let mut side = met();
    ask(&mut side, 0, 64).unwrap();
    evaluate(&mut side, 64);
    ask(&mut side, 64, 4).unwrap();
    evaluate(&mut side, 4);
    assert_eq!(tags(&mut side, 0, 65), Err(Refusal::Message));
    assert_eq!(tags(&mut side, u16::MAX, 1), Err(Refusal::TagEarly));
    assert_eq!(tags(&mut side, u16::MAX, 2), Err(Refusal::TagEarly));
    assert_eq!(tags(&mut side, 0, 1), Ok(()));
    assert_eq!(tags(&mut side, 0, 1), Err(Refusal::TagTwice));
    assert_eq!(leave(&mut side, 1), Ok(()));
    assert_eq!(tags(&mut side, 1, 1), Ok(()), "it was on its way");
    assert_eq!(tags(&mut side, 1, 1), Err(Refusal::TagTwice));
}

#[test]
fn leaves() {
    assert_eq!(leave(&mut met(), 0), Err(Refusal::Leave));
    let mut side = met();
    ask(&mut side, 0, 2).unwrap();
    assert_eq!(side.session.peer_slot(1), PeerSlot::Unmatched);
    assert_eq!(leave(&mut side, 1), Ok(()));
    assert_eq!(side.session.peer_slot(1), PeerSlot::Left);
    assert_eq!(leave(&mut side, 1), Err(Refusal::Leave));
    evaluate(&mut side, 2);
    assert_eq!(side.session.peer_slot(2), PeerSlot::Unmatched);
}

/// A member of a channel that sends its tag in two slots, before and after the side expects it.
#[test]
fn one_channel_in_two_slots() {
    for answered_first in [true, false] {
        let mut side = fresh();
        let mut stranger = Stranger::meet(&mut side, Role::Initiator);
        let blinded = stranger.elements(&mut side);
        let answers: Vec<_> = blinded.iter().map(|element| times(element, scalar(1))).collect();
        let answers = LinkFrame::Eval { first: 0, elements: &answers }.to_bytes();
        if answered_first {
            side.receive(&answers).unwrap();
            stranger.tags(&mut side);
        }
        let questions = [2, 3].map(|blind| stranger.blind("a", scalar(blind)));
        receive(&mut side, LinkFrame::Blind { first: 0, elements: &questions }).unwrap();
        side.grant(2);
        let evaluations = stranger.elements(&mut side);
        let theirs = stranger.unblind("a", scalar(2), &evaluations[0]);
        let tag = stranger.proofs(&side, "a", &stranger.output("a", scalar(1)), &theirs)[0];
        let sent = receive(&mut side, LinkFrame::Tags { first: 0, tags: &[tag; 2] });
        if answered_first {
            assert_eq!(sent, Err(Refusal::TagEqual));
        } else {
            side.receive(&answers).unwrap();
            assert_eq!(side.work(0), Err(Refusal::TagEqual));
        }
    }
}

#[test]
fn debug_keeps_the_secrets() {
    let config = SessionConfig { sid: [0xab; 32], ..config(Role::Initiator, 8) };
    let mut side = Side::new(config.clone(), 1);
    side.offer(["sesame"]);
    Stranger::meet(&mut side, Role::Responder);
    let work = side.works.remove(0);
    let offer = Input::Offer(name("sesame"));
    let said = format!("{config:?} {:?} {work:?} {offer:?} ", side.session);
    let said = said + &format!("{:?}", work.run());
    assert!(said.contains("Initiator"));
    for secret in ["sesame", "171", "ab, ab", "abab"] {
        assert!(!said.contains(secret), "{said}");
    }
}

/// Any frame at all, or nearly one.
fn frame() -> impl Strategy<Value = Vec<u8>> {
    let element =
        prop_oneof![4 => (0..9_u64).prop_map(|n| times(&generator(), scalar(n))), 1 => any::<[u8; 32]>()];
    let slot = || prop_oneof![4 => 0..20_u16, 1 => any::<u16>()];
    prop_oneof![
        1 => vec(any::<u8>(), 0..80),
        1 => (0..4_u16, 0..4_u16, any::<u16>()).prop_map(|(version_min, version_max, slots_max)| {
            LinkFrame::Hello(Hello { version_min, version_max, suite: 1, slots_max }).to_bytes()
        }),
        4 => (any::<bool>(), slot(), vec(element, 1..9)).prop_map(|(is_blind, first, elements)| {
            let elements = &elements;
            if is_blind { LinkFrame::Blind { first, elements } } else { LinkFrame::Eval { first, elements } }.to_bytes()
        }),
        2 => (slot(), vec(any::<[u8; 16]>(), 1..9)).prop_map(|(first, tags)| {
            LinkFrame::Tags { first, tags: &tags }.to_bytes()
        }),
        2 => slot().prop_map(|slot| LinkFrame::Leave { slot }.to_bytes()),
    ]
}

proptest! {
    #![proptest_config(cases())]

    /// Whatever comes, even after a refusal, nothing panics and nothing is matched.
    #[test]
    fn noise(frames in vec((frame(), any::<bool>()), 0..40)) {
        let mut side = Side::new(config(Role::Responder, 16), 1);
        side.offer(["a"]);
        Stranger::meet(&mut side, Role::Initiator);
        for (frame, is_slow) in frames {
            if !frame.starts_with(&[6]) {
                let _refused = side.receive(&frame);
            }
            if !is_slow {
                side.grant(64);
                let _refused = side.work(0);
            }
        }
        prop_assert!(side.matched.is_empty());
    }
}
