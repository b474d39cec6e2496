//! Two ways to one proxy: a direct link, and one over the backbone.

use std::time::Duration;

use nws_core::{LinkCloseReason, LinkId, MeshInput, MeshOutput, Route, Target};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngAlgorithm;

use crate::desk::{Desk, HIGHER, LOWER, SECOND, close, dial, dials, proxy};
use crate::duel::{Duel, Step};

const SITE: usize = 9;

fn hear(desk: &mut Desk, n: u8) -> Vec<MeshOutput> {
    desk.tell(MeshInput::Site { peer: SITE, proxy: proxy(n) })
}

/// A link over the backbone that the proxy `n` has dialled and that is ready.
fn accept(desk: &mut Desk, n: u8) -> LinkId {
    let (link, outputs) = desk.connect_by(Route::Backbone, n, None);
    assert_eq!(outputs, [MeshOutput::Start { link }]);
    desk.tell(MeshInput::Heard { link });
    desk.tell(MeshInput::Ready { link });
    link
}

#[test]
fn of_two_sites_the_one_with_the_lower_id_dials() {
    let mut desk = Desk::new();
    assert_eq!(dials(&hear(&mut desk, HIGHER)).len(), 1);
    let mut desk = Desk::new();
    assert_eq!(hear(&mut desk, LOWER), []);
    assert_eq!(desk.wait(60 * SECOND), []);
}

#[test]
fn a_site_is_not_dialled_while_its_proxy_is_linked_by_any_way() {
    for route in [Route::Direct, Route::Backbone] {
        let mut desk = Desk::new();
        let (link, _) = desk.connect_by(route, HIGHER, None);
        desk.tell(MeshInput::Heard { link });
        desk.tell(MeshInput::Ready { link });
        assert_eq!(hear(&mut desk, HIGHER), [], "{route:?}");
    }
}

#[test]
fn a_site_that_is_silent_is_not_dialled() {
    let mut desk = Desk::new();
    let first = dial(&hear(&mut desk, HIGHER));
    let outputs = desk.tell(MeshInput::PeerGone { peer: SITE });
    assert_eq!(outputs, [MeshOutput::Abandon { dial: first }]);
    desk.tell(MeshInput::DialFailed { dial: first });
    assert_eq!(desk.wait(60 * SECOND), []);
    assert_eq!(dials(&hear(&mut desk, HIGHER)).len(), 1);
}

#[test]
fn a_proxy_that_is_linked_over_the_backbone_is_dialled_where_it_announces_itself() {
    let mut desk = Desk::new();
    accept(&mut desk, HIGHER);
    let outputs = desk.see(HIGHER);
    assert!(matches!(dials(&outputs)[..], [(_, Target::Proxy { .. })]), "{outputs:?}");
}

#[test]
fn a_direct_link_takes_the_place_of_one_over_the_backbone_at_once() {
    for n in [LOWER, HIGHER] {
        let mut desk = Desk::new();
        let old = accept(&mut desk, n);
        let (link, outputs) = desk.connect(n, None);
        assert_eq!(outputs, [close(old, LinkCloseReason::Superseded), MeshOutput::Start { link }]);
    }
}

#[test]
fn one_over_the_backbone_waits_beside_a_direct_one() {
    let mut desk = Desk::new();
    let direct = desk.accept(HIGHER);
    let (late, outputs) = desk.connect_by(Route::Backbone, HIGHER, None);
    assert_eq!(outputs, [MeshOutput::Ping { link: direct }]);
    let outputs = desk.tell(MeshInput::Heard { link: direct });
    assert_eq!(outputs, [close(late, LinkCloseReason::Duplicate)]);
}

#[test]
fn a_site_is_dialled_at_once_when_the_direct_link_is_lost() {
    let mut desk = Desk::new();
    let direct = desk.accept(HIGHER);
    assert_eq!(hear(&mut desk, HIGHER), []);
    let outputs = desk.tell(MeshInput::Down { link: direct });
    assert!(matches!(dials(&outputs)[..], [(_, Target::Peer(SITE))]), "{outputs:?}");
}

/// Something that happens, as two numbers choose.
fn choose(duel: &Duel, kind: u8, which: usize) -> Step {
    let pending = duel.pending();
    let side = which % 2;
    let wait = Step::Wait(Duration::from_millis([1, 20, 150, 600, 1_100, 4_000, 11_000][which % 7]));
    match kind {
        0..16 => pending.get(which % pending.len().max(1)).copied().unwrap_or(wait),
        16..20 => wait,
        20..22 => Step::See(side),
        22..24 => Step::Hear(side),
        24 => Step::MissSite(side),
        25 => Step::Miss(side),
        _ => duel.connected(side).first().map_or(wait, |name| Step::Break(*name, side)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        rng_algorithm: RngAlgorithm::XorShift,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Whatever happened before: who hears the other one by both ways ends with one direct link.
    #[test]
    fn the_direct_way_wins_however_events_are_interleaved(
        choices in vec((0..28_u8, any::<usize>()), 0..60)
    ) {
        let mut duel = Duel::new(1);
        for (kind, which) in choices {
            let step = choose(&duel, kind, which);
            duel.take(step);
        }
        for side in 0..2 {
            duel.take(Step::Hear(side));
            duel.take(Step::See(side));
        }
        duel.pass(Duration::from_secs(120));
        prop_assert_eq!(duel.route(duel.only_link()), Route::Direct);
    }

    /// Sites alone find each other too.
    #[test]
    fn the_backbone_is_enough_however_events_are_interleaved(
        choices in vec((0..28_u8, any::<usize>()), 0..60)
    ) {
        let mut duel = Duel::new(1);
        for (kind, which) in choices {
            let step = choose(&duel, kind, which);
            if !matches!(step, Step::See(_)) {
                duel.take(step);
            }
        }
        for side in 0..2 {
            duel.take(Step::Hear(side));
        }
        duel.pass(Duration::from_secs(120));
        prop_assert_eq!(duel.route(duel.only_link()), Route::Backbone);
    }
}
