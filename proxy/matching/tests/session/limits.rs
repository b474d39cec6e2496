//! Sixty-four slots a message, so many at one time, so many in all.

use nws_matching::{Refusal, Role, SessionConfig};
use nws_protocol::link::{Hello, LinkFrame, VERSION};

use crate::pair::Pair;
use crate::side::{Side, config};

fn names(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|n| format!("n{n}")).collect()
}

fn offer(side: &mut Side, range: std::ops::Range<usize>) {
    side.offer(names(range).iter().map(String::as_str));
}

/// Slots of each message of this kind that a side has sent.
fn messages(side: &Side, is_blind: bool) -> Vec<usize> {
    let slots = |frame: &Vec<u8>| match LinkFrame::parse(frame) {
        Ok(LinkFrame::Blind { elements, .. }) if is_blind => Some(elements.len()),
        Ok(LinkFrame::Eval { elements, .. }) if !is_blind => Some(elements.len()),
        _ => None,
    };
    side.log.iter().filter_map(slots).collect()
}

fn leaves(side: &Side) -> usize {
    side.log.iter().filter(|frame| matches!(LinkFrame::parse(frame), Ok(LinkFrame::Leave { .. }))).count()
}

#[test]
fn a_message_has_no_more_than_sixty_four() {
    let mut pair = Pair::new(1024);
    offer(&mut pair.one, 0..100);
    offer(&mut pair.two, 0..3);
    pair.settle().unwrap();
    assert_eq!(messages(&pair.one, true), [64, 64]);
    assert_eq!(pair.one.matched.len(), 3);
}

/// What is offered in one go later goes as it is, and in small parts: it is in nobody's way for long.
#[test]
fn later_offers_go_by_eights() {
    let mut pair = Pair::new(1024);
    pair.settle().unwrap();
    offer(&mut pair.one, 0..70);
    offer(&mut pair.two, 69..70);
    pair.settle().unwrap();
    assert_eq!(messages(&pair.one, true), [8; 9].into_iter().chain([6]).collect::<Vec<_>>());
    assert_eq!(messages(&pair.two, true), [8, 1]);
    assert_eq!(pair.one.matched.len(), 1);
}

/// The next message waits until the one before is evaluated to its end, in however many parts.
#[test]
fn an_evaluation_may_come_in_parts() {
    let mut pair = Pair::new(1024);
    offer(&mut pair.one, 0..100);
    pair.deliver(true).unwrap();
    pair.one.work(0).unwrap();
    pair.deliver(false).unwrap();
    pair.deliver(false).unwrap();
    assert_eq!(pair.two.waiting, 64);
    for part in [1, 40, 22] {
        pair.two.grant(part);
        while !pair.two.works.is_empty() {
            pair.two.work(0).unwrap();
        }
        while !pair.two.sent.is_empty() {
            pair.deliver(true).unwrap();
        }
        assert_eq!(messages(&pair.one, true), [64]);
    }
    assert_eq!(pair.two.waiting, 1);
    pair.settle().unwrap();
    assert_eq!(messages(&pair.one, true), [64, 64]);
    let evaluations = messages(&pair.two, false);
    assert_eq!((evaluations.iter().sum::<usize>(), evaluations.len()), (128, 5));
}

/// More is granted than is waited for: nothing happens twice.
#[test]
fn a_grant_beyond_what_waits() {
    let mut pair = Pair::new(8);
    offer(&mut pair.one, 0..3);
    offer(&mut pair.two, 0..3);
    for side in [&mut pair.one, &mut pair.two] {
        side.waiting = 1000;
        side.grant(1000);
    }
    pair.settle().unwrap();
    assert_eq!(pair.one.matched.len(), 3);
    assert_eq!(messages(&pair.one, false), [8]);
}

/// The slots that stand for nothing make room, then there is none until something is left.
#[test]
fn slots_at_one_time() {
    let mut pair = Pair::new(16);
    offer(&mut pair.one, 0..9);
    offer(&mut pair.two, 0..8);
    pair.settle().unwrap();
    assert_eq!((pair.one.matched.len(), leaves(&pair.one)), (8, 0));
    offer(&mut pair.one, 100..103);
    offer(&mut pair.two, 100..103);
    pair.settle().unwrap();
    assert_eq!((pair.one.matched.len(), leaves(&pair.one)), (11, 3));
    offer(&mut pair.one, 200..206);
    offer(&mut pair.two, 205..206);
    pair.settle().unwrap();
    assert_eq!((pair.one.matched.len(), leaves(&pair.one)), (11, 7), "n205 has to wait");
    pair.one.withdraw("n8");
    pair.one.withdraw("n200");
    pair.settle().unwrap();
    assert_eq!((pair.one.matched.len(), leaves(&pair.one)), (12, 9));
    pair.assert_agreement();
}

/// Whoever takes fewer slots than we do could make slots that stand for nothing give way, and count the others.
#[test]
fn slots_that_the_other_side_allows() {
    let hello = |slots_max| {
        let mut side = Side::new(config(Role::Initiator, 1024), 1);
        let hello = Hello { version_min: VERSION, version_max: VERSION, suite: 1, slots_max };
        side.receive(&LinkFrame::Hello(hello).to_bytes())
    };
    assert_eq!(hello(1023), Err(Refusal::Slots));
    assert_eq!(hello(1024), Ok(()));
    assert_eq!(hello(u16::MAX), Ok(()));
}

#[test]
fn no_slots_at_all() {
    let mut pair = Pair::new(0);
    offer(&mut pair.one, 0..20);
    pair.settle().unwrap();
    assert_eq!((messages(&pair.one, true).len(), pair.one.is_ready), (0, true));
}

#[test]
fn slots_in_all() {
    let limited = |role| SessionConfig { lifetime_max: 20, ..config(role, 8) };
    let mut pair = Pair::new(8);
    pair.one = Side::new(limited(Role::Initiator), 1);
    pair.two = Side::new(limited(Role::Responder), 2);
    offer(&mut pair.two, 0..1);
    for life in 0..30 {
        pair.one.offer(["n0"]);
        pair.settle().unwrap();
        // Eight at the beginning, and one for each time that it is offered again.
        let used = (8 + life).min(20);
        assert_eq!(messages(&pair.one, true).iter().sum::<usize>(), used);
        assert_eq!(pair.one.matched.len(), usize::from(life <= 12));
        assert_eq!(pair.one.is_exhausting, used >= 15);
        pair.one.withdraw("n0");
        pair.settle().unwrap();
    }
}

/// Of many that come late and go again, those that wait for a slot give up their turn.
#[test]
fn whoever_is_there_goes_before_those_that_have_left() {
    let mut pair = Pair::new(1024);
    pair.settle().unwrap();
    offer(&mut pair.one, 0..500);
    pair.pass_on().unwrap();
    pair.one.linger(names(0..500).iter().map(String::as_str));
    pair.one.offer(["later"]);
    pair.two.offer(["later"]);
    for _ in 0..9 {
        pair.two.grant(1);
        pair.one.grant(1);
        pair.pass_on().unwrap();
    }
    assert_eq!(pair.one.names(), ["later"], "eight were on their way");
    pair.settle().unwrap();
    assert_eq!(messages(&pair.one, true).iter().sum::<usize>(), 8 + 9);
    pair.assert_agreement();
}

/// A channel that somebody may come back to keeps its slot, and gets one where it is offered anew.
#[test]
fn a_channel_that_lingers_keeps_its_slot() {
    let mut pair = Pair::new(1024);
    for side in [&mut pair.one, &mut pair.two] {
        side.offer(["early", "late"]);
    }
    pair.one.linger(["early"]);
    pair.settle().unwrap();
    assert_eq!(pair.one.names(), ["late"], "it had no slot");
    pair.one.offer(["early"]);
    pair.settle().unwrap();
    pair.one.linger(["early", "late", "never"]);
    pair.one.offer(["early"]);
    pair.settle().unwrap();
    assert_eq!((pair.one.matched.len(), messages(&pair.one, true)), (2, vec![8, 1]));
    pair.assert_agreement();
}
