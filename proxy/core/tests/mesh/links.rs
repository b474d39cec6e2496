//! Which links stay.

use nws_core::{DialId, LinkCloseReason, LinkId, MeshConfig, MeshInput, MeshOutput};
use nws_protocol::limits::STANDSTILL_LEAST;

use crate::desk::{Desk, HIGHER, LOWER, SECOND, close, dial, dial_times, dials};

/// A dial to the proxy `n` is under way.
fn dialling(n: u8) -> (Desk, DialId) {
    let mut desk = Desk::new();
    let mut outputs = desk.see(n);
    outputs.extend(desk.wait(SECOND / 2).into_iter().map(|(_, output)| output));
    (desk, dial(&outputs))
}

fn ping(link: LinkId) -> MeshOutput {
    MeshOutput::Ping { link }
}

fn start(link: LinkId) -> MeshOutput {
    MeshOutput::Start { link }
}

#[test]
fn before_hello_the_dial_of_the_lower_id_displaces_that_of_the_higher() {
    let (mut desk, own) = dialling(HIGHER);
    let (theirs, _) = desk.connect(HIGHER, None);
    let (link, outputs) = desk.connect(HIGHER, Some(own));
    assert_eq!(outputs, [close(theirs, LinkCloseReason::Duplicate), start(link)]);

    let (mut desk, own) = dialling(LOWER);
    let (own, _) = desk.connect(LOWER, Some(own));
    let (link, outputs) = desk.connect(LOWER, None);
    assert_eq!(outputs, [close(own, LinkCloseReason::Duplicate), start(link)]);
}

#[test]
fn the_other_way_round_it_waits_for_the_answer_of_the_first() {
    let (mut desk, own) = dialling(HIGHER);
    let (first, _) = desk.connect(HIGHER, Some(own));
    let (second, outputs) = desk.connect(HIGHER, None);
    assert_eq!(outputs, []);
    desk.tell(MeshInput::Heard { link: first });
    assert_eq!(desk.tell(MeshInput::Ready { link: first }), [ping(first)]);
    assert_eq!(desk.tell(MeshInput::Heard { link: first }), [close(second, LinkCloseReason::Duplicate)]);
    assert_eq!(desk.wait(2 * SECOND), [], "nothing is left to be decided");
}

#[test]
fn one_that_begins_and_never_answers_is_replaced() {
    let (mut desk, own) = dialling(HIGHER);
    let (first, _) = desk.connect(HIGHER, Some(own));
    let (second, _) = desk.connect(HIGHER, None);
    assert_eq!(
        desk.wait(SECOND),
        [(SECOND, close(first, LinkCloseReason::Replaced)), (SECOND, start(second))]
    );
}

#[test]
fn beside_one_that_works_a_late_one_is_refused() {
    for n in [LOWER, HIGHER] {
        let mut desk = Desk::new();
        let link = desk.accept(n);
        let (late, outputs) = desk.connect(n, None);
        assert_eq!(outputs, [ping(link)]);
        assert_eq!(desk.tell(MeshInput::Heard { link }), [close(late, LinkCloseReason::Duplicate)]);
    }
}

#[test]
fn one_that_works_no_more_makes_room_after_a_second() {
    let mut desk = Desk::new();
    let link = desk.accept(LOWER);
    let (next, _) = desk.connect(LOWER, None);
    assert_eq!(desk.wait(SECOND - SECOND / 1000), []);
    assert_eq!(
        desk.wait(SECOND),
        [(SECOND / 1000, close(link, LinkCloseReason::Replaced)), (SECOND / 1000, start(next))]
    );
}

/// Its answer may be there already: what came meanwhile is read first.
#[test]
fn one_that_nobody_listened_to_has_its_second_all_the_same() {
    let mut desk = Desk::new();
    let link = desk.accept(LOWER);
    let (late, outputs) = desk.connect(LOWER, None);
    assert_eq!(outputs, [ping(link)]);
    assert_eq!(desk.stand_still(SECOND * 12 / 10), []);
    assert_eq!(desk.tell(MeshInput::Heard { link }), [close(late, LinkCloseReason::Duplicate)]);

    let mut desk = Desk::new();
    let link = desk.accept(LOWER);
    let (next, _) = desk.connect(LOWER, None);
    assert_eq!(desk.stand_still(SECOND * 12 / 10), []);
    let rest = SECOND - STANDSTILL_LEAST;
    assert_eq!(desk.wait(SECOND), [(rest, close(link, LinkCloseReason::Replaced)), (rest, start(next))]);
}

#[test]
fn one_that_breaks_makes_room_at_once() {
    let mut desk = Desk::new();
    let link = desk.accept(LOWER);
    let (next, _) = desk.connect(LOWER, None);
    assert_eq!(desk.tell(MeshInput::Down { link }), [start(next)]);
}

#[test]
fn newcomers_do_not_gain_time_for_one_another() {
    let mut desk = Desk::new();
    let link = desk.accept(LOWER);
    let spares: Vec<LinkId> = (0..3)
        .map(|_| {
            let spare = desk.connect(LOWER, None).0;
            desk.wait(SECOND / 4);
            spare
        })
        .collect();
    let outputs: Vec<MeshOutput> = desk.wait(SECOND / 4).into_iter().map(|(_, output)| output).collect();
    assert_eq!(outputs, [close(link, LinkCloseReason::Replaced), start(spares[0])]);
}

#[test]
fn few_wait_for_one_place() {
    let mut desk = Desk::new();
    desk.accept(LOWER);
    let first = desk.connect(LOWER, None).0;
    desk.connect(LOWER, None);
    desk.connect(LOWER, None);
    assert_eq!(desk.connect(LOWER, None).1, [close(first, LinkCloseReason::Duplicate)]);
}

#[test]
fn of_two_own_dials_the_second_is_closed() {
    let (mut desk, own) = dialling(HIGHER);
    let peer = dial(&desk.tell(MeshInput::Peer { peer: 0 }));
    let (first, _) = desk.connect(HIGHER, Some(peer));
    let (second, outputs) = desk.connect(HIGHER, Some(own));
    assert_eq!(outputs, [close(second, LinkCloseReason::Duplicate)]);
    assert_eq!(desk.tell(MeshInput::Ready { link: first }), []);
}

#[test]
fn a_link_that_works_makes_dials_needless() {
    let (mut desk, own) = dialling(HIGHER);
    let (link, _) = desk.connect(HIGHER, None);
    assert_eq!(desk.tell(MeshInput::Ready { link }), [MeshOutput::Abandon { dial: own }]);
    // It was too late.
    let (late, outputs) = desk.connect(HIGHER, Some(own));
    assert_eq!(outputs, [ping(link)]);
    assert_eq!(desk.tell(MeshInput::Heard { link }), [close(late, LinkCloseReason::Duplicate)]);
}

#[test]
fn the_own_id_is_refused() {
    let mut desk = Desk::new();
    let (link, outputs) = desk.connect_to(Desk::own(), None);
    assert_eq!(outputs, [close(link, LinkCloseReason::Own)]);
    let own = MeshInput::Seen { proxy: Desk::own(), addresses: vec![([10, 0, 0, 1], 9010).into()] };
    assert_eq!(desk.tell(own), []);
    let peer = dial(&desk.tell(MeshInput::Peer { peer: 0 }));
    let (link, outputs) = desk.connect_to(Desk::own(), Some(peer));
    assert_eq!(outputs, [close(link, LinkCloseReason::Own)]);
    own_is_dialled_hourly(&mut desk);
}

#[test]
fn a_configured_address_that_leads_back_is_dialled_once_an_hour() {
    let mut desk = Desk::new();
    let peer = dial(&desk.tell(MeshInput::Peer { peer: 0 }));
    assert_eq!(desk.tell(MeshInput::Own { dial: peer }), []);
    own_is_dialled_hourly(&mut desk);
    let announced = dial(&desk.see(HIGHER));
    assert_eq!(desk.tell(MeshInput::Own { dial: announced }), [], "it was a lie");
    assert_eq!(dial_times(&desk.wait(61 * SECOND)), [60 * SECOND]);
}

/// The name of a machine may become that of another one.
#[track_caller]
fn own_is_dialled_hourly(desk: &mut Desk) {
    for _ in 0..3 {
        let seen = desk.wait(3600 * SECOND);
        assert_eq!(dial_times(&seen), [3600 * SECOND]);
        let outputs: Vec<MeshOutput> = seen.into_iter().map(|(_, output)| output).collect();
        assert_eq!(desk.tell(MeshInput::Own { dial: dial(&outputs) }), []);
    }
}

#[test]
fn another_proxy_than_the_one_dialled_is_refused() {
    let (mut desk, own) = dialling(HIGHER);
    let (link, outputs) = desk.connect(LOWER, Some(own));
    assert_eq!(outputs, [close(link, LinkCloseReason::Stranger)]);
}

#[test]
fn too_many_that_say_nothing_are_refused_but_not_own_ones() {
    let config = MeshConfig { links_before_hello_max: 3, ..MeshConfig::default() };
    let mut desk = Desk::with(config);
    let own = dial(&desk.see(HIGHER));
    for n in 1..=3 {
        let (link, outputs) = desk.connect(n, None);
        assert_eq!(outputs, [start(link)]);
    }
    let (link, outputs) = desk.connect(4, None);
    assert_eq!(outputs, [close(link, LinkCloseReason::Crowded)]);
    let (link, outputs) = desk.connect(HIGHER, Some(own));
    assert_eq!(outputs, [start(link)]);
}

#[test]
fn of_too_many_that_never_matched_the_oldest_goes() {
    let config = MeshConfig { links_unmatched_max: 3, ..MeshConfig::default() };
    let mut desk = Desk::with(config);
    let links: Vec<LinkId> = (1..=3).map(|n| desk.accept(n)).collect();
    desk.tell(MeshInput::Matched { link: links[0] });
    desk.wait(SECOND);
    desk.accept(4);
    let (link, _) = desk.connect(5, None);
    assert_eq!(desk.tell(MeshInput::Ready { link }), [close(links[1], LinkCloseReason::Crowded)]);
}

#[test]
fn an_exhausted_link_is_replaced_at_once() {
    let (mut desk, own) = dialling(HIGHER);
    let (link, _) = desk.connect(HIGHER, Some(own));
    desk.tell(MeshInput::Ready { link });
    let outputs = desk.tell(MeshInput::Exhausting { link });
    assert_eq!(outputs[0], close(link, LinkCloseReason::Exhausted));
    assert_eq!(dials(&outputs).len(), 1);
    assert_eq!(desk.tell(MeshInput::Down { link }), []);
}

#[test]
fn the_end_closes_everything_and_nothing_follows() {
    let (mut desk, own) = dialling(HIGHER);
    let link = desk.accept(LOWER);
    let outputs = desk.tell(MeshInput::Shutdown);
    assert_eq!(outputs, [close(link, LinkCloseReason::Shutdown), MeshOutput::Abandon { dial: own }]);
    let (link, outputs) = desk.connect(HIGHER, Some(own));
    assert_eq!(outputs, [close(link, LinkCloseReason::Shutdown)]);
    assert_eq!(desk.see(1), []);
    assert_eq!(desk.tell(MeshInput::Peer { peer: 0 }), []);
    assert!(desk.is_idle());
}
