//! Who is dialled, and when.

use std::net::SocketAddr;
use std::time::Duration;

use nws_core::{DialId, LinkId, MeshInput, MeshOutput, Target};

use crate::desk::{Desk, HIGHER, LOWER, SECOND, address, dial, dial_times, dials, proxy};

const INSTANT: Duration = Duration::from_millis(1);

/// Reports every dial as failed until `time` is over; the answer is when there was one.
pub(crate) fn fail_for(desk: &mut Desk, time: Duration) -> Vec<Duration> {
    let start = desk.now;
    let mut times = Vec::new();
    while desk.now < start + time {
        let outputs = desk.wait(INSTANT);
        for (_, output) in &outputs {
            if let MeshOutput::Dial { dial, .. } = output {
                times.push(desk.now - start);
                assert_eq!(desk.tell(MeshInput::DialFailed { dial: *dial }), []);
            }
        }
    }
    times
}

pub(crate) fn gaps(times: &[Duration]) -> Vec<Duration> {
    times.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// A link that this proxy dialled, ready for so long, and then lost.
fn lose(desk: &mut Desk, n: u8, own: DialId, after: Duration) {
    let (link, _) = desk.connect(n, Some(own));
    desk.tell(MeshInput::Ready { link });
    lose_ready(desk, link, after);
}

/// The same, and a channel has matched.
fn lose_matched(desk: &mut Desk, n: u8, own: DialId, after: Duration) {
    let (link, _) = desk.connect(n, Some(own));
    desk.tell(MeshInput::Ready { link });
    desk.tell(MeshInput::Matched { link });
    lose_ready(desk, link, after);
}

fn lose_ready(desk: &mut Desk, link: LinkId, after: Duration) {
    let start = desk.now;
    while desk.now < start + after {
        desk.wait(SECOND);
        desk.tell(MeshInput::Heard { link });
    }
    assert_eq!(desk.tell(MeshInput::Down { link }), []);
}

#[test]
fn the_lower_id_dials_at_once_and_the_higher_a_little_later() {
    let mut desk = Desk::new();
    let outputs = desk.see(HIGHER);
    let target = Target::Proxy { proxy: proxy(HIGHER), addresses: vec![address(HIGHER)] };
    assert_eq!(dials(&outputs)[0].1, &target);
    assert_eq!(desk.see(LOWER), []);
    let times = dial_times(&desk.wait(SECOND));
    assert_eq!(times.len(), 1);
    assert!((75..=150).contains(&times[0].as_millis()), "{times:?}");
}

#[test]
fn the_higher_id_does_not_dial_whoever_was_quicker() {
    let mut desk = Desk::new();
    assert_eq!(desk.see(LOWER), []);
    desk.connect(LOWER, None);
    assert_eq!(dial_times(&desk.wait(SECOND)), []);
}

#[test]
fn hints_are_idempotent() {
    let mut desk = Desk::new();
    let first = dial(&desk.see(HIGHER));
    for _ in 0..100 {
        assert_eq!(desk.see(HIGHER), []);
    }
    let (link, _) = desk.connect(HIGHER, Some(first));
    desk.tell(MeshInput::Ready { link });
    assert_eq!(desk.see(HIGHER), []);
    assert_eq!(desk.tell(MeshInput::Gone { proxy: proxy(HIGHER) }), []);
    assert_eq!(dial_times(&desk.wait(SECOND)), []);
}

#[test]
fn two_newcomers_are_dialled_in_each_second() {
    let mut desk = Desk::new();
    for n in 101..121 {
        desk.see(n);
    }
    let times = fail_for(&mut desk, 9 * SECOND + SECOND / 2);
    assert_eq!(times.len(), 18, "and two at once");
    assert!(times.windows(3).all(|some| some[2] - some[0] >= SECOND));
}

#[test]
fn one_that_does_not_answer_is_tried_at_growing_distances_for_ten_minutes() {
    let mut desk = Desk::new();
    let first = dial(&desk.see(HIGHER));
    desk.tell(MeshInput::DialFailed { dial: first });
    let times = [vec![Duration::ZERO], fail_for(&mut desk, 1_000 * SECOND)].concat();
    let (gaps, last) = (gaps(&times), *times.last().expect("a dial"));
    assert!(gaps[7..].iter().all(|gap| *gap == 60 * SECOND), "{gaps:?}");
    assert!(last > 530 * SECOND && last < 600 * SECOND, "{last:?}");
    let bounds = [(500, 1_000), (1_000, 2_000), (2_000, 4_000), (2_500, 5_000), (2_500, 5_000)];
    for (gap, (least, most)) in gaps.iter().zip(bounds) {
        assert!((least..=most + 1).contains(&gap.as_millis()), "{gaps:?}");
    }
    assert!(desk.is_idle(), "it is forgotten");
    dial(&desk.see(HIGHER));
}

#[test]
fn one_that_is_only_tried_rarely_is_tried_again_when_it_is_announced_again() {
    let mut desk = Desk::new();
    let first = dial(&desk.see(HIGHER));
    desk.tell(MeshInput::DialFailed { dial: first });
    fail_for(&mut desk, 60 * SECOND);
    let again = dial(&desk.see(HIGHER));
    desk.tell(MeshInput::DialFailed { dial: again });
    assert!(fail_for(&mut desk, SECOND + INSTANT).len() == 1);
}

#[test]
fn one_that_was_linked_is_dialled_for_ten_minutes() {
    let mut desk = Desk::new();
    let own = dial(&desk.see(HIGHER));
    lose(&mut desk, HIGHER, own, 60 * SECOND);
    desk.tell(MeshInput::Gone { proxy: proxy(HIGHER) });
    let times = fail_for(&mut desk, 1_000 * SECOND);
    assert!(times[0] >= SECOND / 2 && times[0] <= SECOND + INSTANT, "{times:?}");
    assert!(gaps(&times).iter().all(|gap| *gap <= 5 * SECOND + INSTANT));
    let last = *times.last().unwrap();
    assert!(last > 594 * SECOND && last < 601 * SECOND, "{last:?}");
    assert!(desk.is_idle());
}

#[test]
fn what_is_lost_again_and_again_is_dialled_ever_more_slowly() {
    let mut desk = Desk::new();
    let mut own = dial(&desk.see(HIGHER));
    for rounds in 0..10 {
        lose_matched(&mut desk, HIGHER, own, INSTANT);
        let seen = desk.wait(5 * SECOND);
        let outputs: Vec<MeshOutput> = seen.iter().map(|(_, output)| output.clone()).collect();
        own = dial(&outputs);
        assert!(rounds < 4 || dial_times(&seen)[0] > 2 * SECOND);
    }
    lose_matched(&mut desk, HIGHER, own, 10 * SECOND);
    assert!(dial_times(&desk.wait(SECOND + INSTANT)).len() == 1, "it has worked for a while");
}

/// As it is where the other side has no room, and each that comes back drives out another one.
#[test]
fn what_is_brief_and_never_matches_is_dialled_once_in_a_minute_at_last() {
    let mut desk = Desk::new();
    let mut own = dial(&desk.see(HIGHER));
    let mut gaps = Vec::new();
    for _ in 0..12 {
        lose(&mut desk, HIGHER, own, 20 * SECOND);
        let start = desk.now;
        own = next_dial(&mut desk);
        gaps.push(desk.now - start);
    }
    assert!(gaps[0] <= SECOND && gaps[1] <= 2 * SECOND, "{gaps:?}");
    assert!(gaps[7..].iter().all(|gap| (30 * SECOND..=60 * SECOND).contains(gap)), "{gaps:?}");
    lose(&mut desk, HIGHER, own, 301 * SECOND);
    let start = desk.now;
    next_dial(&mut desk);
    assert!(desk.now - start <= SECOND, "it has worked for long");
}

/// Waits until one dial begins.
fn next_dial(desk: &mut Desk) -> DialId {
    loop {
        let seen = desk.wait(INSTANT);
        if let [(_, MeshOutput::Dial { dial, .. })] = seen[..] {
            return dial;
        }
    }
}

#[test]
fn one_that_was_linked_and_never_dialled_is_found_when_it_is_seen() {
    let mut desk = Desk::new();
    let link = desk.accept(LOWER);
    desk.tell(MeshInput::Down { link });
    assert_eq!(desk.wait(60 * SECOND), [], "nobody knows where it is");
    // Two others have used up the pace of newcomers.
    desk.see(HIGHER);
    desk.see(HIGHER + 1);
    dial(&desk.see(LOWER));
}

#[test]
fn new_addresses_are_tried_soon() {
    let mut desk = Desk::new();
    let own = dial(&desk.see(HIGHER));
    lose(&mut desk, HIGHER, own, 60 * SECOND);
    while fail_for(&mut desk, SECOND).len() != 1 {}
    fail_for(&mut desk, 20 * SECOND);
    while fail_for(&mut desk, INSTANT).is_empty() {}
    assert_eq!(desk.see(HIGHER), [], "it has told nothing new");
    assert_eq!(dial_times(&desk.wait(SECOND)), []);
    let addresses: Vec<SocketAddr> = vec![address(1)];
    let outputs = desk.tell(MeshInput::Seen { proxy: proxy(HIGHER), addresses });
    let both = Target::Proxy { proxy: proxy(HIGHER), addresses: vec![address(1), address(HIGHER)] };
    assert_eq!(dials(&outputs)[0].1, &both, "and where it was found before");
}

/// Lies are free, so they must not make us dial more.
#[test]
fn news_make_one_dial_early_once_in_five_seconds() {
    let mut desk = Desk::new();
    let own = dial(&desk.see(HIGHER));
    lose_matched(&mut desk, HIGHER, own, 60 * SECOND);
    let mut times = Vec::new();
    for n in 0..200_u32 {
        let [_, _, high, low] = n.to_be_bytes();
        let addresses = vec![([10, 1, high, low], 9010).into()];
        let seen = desk.tell(MeshInput::Seen { proxy: proxy(HIGHER), addresses });
        let failed = dials(&seen).into_iter().map(|(dial, _)| dial).next();
        times.extend(failed.map(|dial| desk.tell(MeshInput::DialFailed { dial })).map(|_| SECOND * n / 10));
        times.extend(fail_for(&mut desk, SECOND / 10).into_iter().map(|at| at + SECOND * n / 10));
    }
    assert!((7..=15).contains(&times.len()), "{times:?}");
}

#[test]
fn a_dial_takes_five_seconds_at_most() {
    let mut desk = Desk::new();
    let own = dial(&desk.see(HIGHER));
    let seen = desk.wait(5 * SECOND);
    assert_eq!(seen[0], (5 * SECOND, MeshOutput::Abandon { dial: own }));
    assert_eq!(dial_times(&seen), [5 * SECOND], "and the next one follows at once");
    assert_eq!(desk.tell(MeshInput::DialFailed { dial: own }), []);
}

#[test]
fn configured_addresses_are_dialled_for_ever() {
    let mut desk = Desk::new();
    let first = dial(&desk.tell(MeshInput::Peer { peer: 0 }));
    assert_eq!(desk.tell(MeshInput::Peer { peer: 0 }), [], "it is known");
    desk.tell(MeshInput::DialFailed { dial: first });
    assert!(fail_for(&mut desk, 600 * SECOND).len() > 120);
    let own = dial(&desk.wait(5 * SECOND).into_iter().map(|(_, output)| output).collect::<Vec<_>>());
    lose(&mut desk, HIGHER, own, 60 * SECOND);
    let times = fail_for(&mut desk, 2_000 * SECOND);
    assert!(times[0] <= SECOND + INSTANT);
    assert!(*times.last().unwrap() > 1_990 * SECOND);
}

#[test]
fn a_configured_address_is_not_dialled_while_its_proxy_is_linked() {
    let mut desk = Desk::new();
    let own = dial(&desk.tell(MeshInput::Peer { peer: 0 }));
    let (link, _) = desk.connect(HIGHER, Some(own));
    desk.tell(MeshInput::Ready { link });
    desk.tell(MeshInput::Down { link });
    let (link, _) = desk.connect(HIGHER, None);
    desk.tell(MeshInput::Ready { link });
    assert_eq!(dial_times(&desk.wait(9 * SECOND)), []);
}

#[test]
fn in_whose_place_another_one_answers_is_dialled_rarely() {
    let mut desk = Desk::new();
    let own = dial(&desk.see(HIGHER));
    lose(&mut desk, HIGHER, own, 60 * SECOND);
    let again = dial(&desk.wait(SECOND).into_iter().map(|(_, output)| output).collect::<Vec<_>>());
    assert_eq!(desk.tell(MeshInput::Stranger { dial: again }), []);
    let times = fail_for(&mut desk, 62 * SECOND);
    assert_eq!(times, [60 * SECOND]);
}

#[test]
fn dials_to_those_known_have_a_bound_and_take_turns() {
    let mut desk = Desk::new();
    for n in 1..=80 {
        let link = desk.accept(n);
        desk.tell(MeshInput::Matched { link });
        desk.see(n);
        desk.tell(MeshInput::Down { link });
    }
    let seen = desk.wait(60 * SECOND);
    let mut tries = [0; 81];
    let mut under_way = 0_i32;
    for (_, output) in &seen {
        if let MeshOutput::Dial { target: Target::Proxy { proxy: to, .. }, .. } = output {
            under_way += 1;
            let n = (1..=80).find(|n| proxy(*n) == *to).expect("one of those");
            tries[usize::from(n)] += 1;
        } else {
            assert!(matches!(output, MeshOutput::Abandon { .. }), "{output:?}");
            under_way -= 1;
        }
        assert!(under_way <= 32);
    }
    assert!(tries[1..].iter().all(|tries| *tries >= 3), "{tries:?}");
}

/// The one who was dialled may have answered long ago: what came meanwhile is read first.
#[test]
fn a_dial_has_its_time_where_the_process_stands_still() {
    for milliseconds in (0..5000).step_by(250) {
        let mut desk = Desk::new();
        let outputs = desk.see(HIGHER);
        let own = dial(&outputs);
        desk.wait(milliseconds * INSTANT);
        assert_eq!(desk.stand_still(60 * SECOND), [], "after {milliseconds} ms");
        let (link, outputs) = desk.connect(HIGHER, Some(own));
        assert_eq!(outputs, [MeshOutput::Start { link }]);
    }
}
