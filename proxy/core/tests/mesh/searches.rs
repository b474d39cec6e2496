//! When it is known which proxies are in a channel that was opened.

use std::time::Duration;

use nws_core::{LinkId, MeshConfig, MeshInput, MeshOutput};

use crate::desk::{Desk, HIGHER, LOWER, name, proxy};

fn open(desk: &mut Desk) {
    desk.tell(MeshInput::Opened { channel: name("a") });
}

fn searched(desk: &mut Desk, link: LinkId) {
    desk.tell(MeshInput::Searched { link, channel: name("a") });
}

fn share(desk: &mut Desk, link: LinkId, is_matched: bool) {
    desk.tell(MeshInput::Shared { link, channel: name("a"), is_matched });
}

/// What was found out since this was last asked.
fn found(desk: &mut Desk) -> Vec<MeshOutput> {
    std::mem::take(&mut desk.searched)
}

fn finds<const N: usize>(proxies: [u8; N]) -> Vec<MeshOutput> {
    let found = proxies.map(proxy).into();
    vec![MeshOutput::Searched { channel: name("a"), found }]
}

#[test]
fn without_links_it_is_known_at_once() {
    let mut desk = Desk::new();
    desk.connect(LOWER, None);
    open(&mut desk);
    assert_eq!(found(&mut desk), finds([]), "the link is not ready");
}

#[test]
fn every_link_has_to_answer() {
    let mut desk = Desk::new();
    let (one, two) = (desk.accept(LOWER), desk.accept(HIGHER));
    open(&mut desk);
    searched(&mut desk, one);
    share(&mut desk, two, true);
    assert_eq!(found(&mut desk), []);
    searched(&mut desk, two);
    assert_eq!(found(&mut desk), finds([HIGHER]));
    share(&mut desk, one, true);
    searched(&mut desk, one);
    assert_eq!(found(&mut desk), [], "it is said once");
}

#[test]
fn a_link_that_is_lost_has_nothing_more_to_say() {
    let mut desk = Desk::new();
    let (one, two) = (desk.accept(LOWER), desk.accept(HIGHER));
    open(&mut desk);
    share(&mut desk, one, true);
    searched(&mut desk, one);
    desk.tell(MeshInput::Down { link: one });
    assert_eq!(found(&mut desk), []);
    desk.tell(MeshInput::Down { link: two });
    assert_eq!(found(&mut desk), finds([]));
}

#[test]
fn whoever_comes_back_to_a_channel_that_lingers_hears_it_anew() {
    let mut desk = Desk::new();
    let link = desk.accept(LOWER);
    open(&mut desk);
    share(&mut desk, link, true);
    searched(&mut desk, link);
    assert_eq!(found(&mut desk), finds([LOWER]));
    for (is_matched, expected) in [(true, finds([LOWER])), (false, finds([]))] {
        desk.tell(MeshInput::Closed { channel: name("a") });
        share(&mut desk, link, is_matched);
        open(&mut desk);
        assert_eq!(found(&mut desk), [], "it is offered anew");
        searched(&mut desk, link);
        assert_eq!(found(&mut desk), expected);
    }
}

#[test]
fn a_channel_that_is_not_offered_is_not_known() {
    let mut desk = Desk::with(MeshConfig { slots_max: 1, ..MeshConfig::default() });
    desk.tell(MeshInput::Opened { channel: name("b") });
    found(&mut desk);
    open(&mut desk);
    desk.wait(Duration::from_secs(1));
    assert_eq!(found(&mut desk), []);
}

#[test]
fn a_channel_that_has_waited_for_room_is_known_when_all_have_answered_for_it() {
    let mut desk = Desk::with(MeshConfig { slots_max: 1, ..MeshConfig::default() });
    let link = desk.accept(LOWER);
    desk.tell(MeshInput::Opened { channel: name("b") });
    open(&mut desk);
    desk.tell(MeshInput::Closed { channel: name("b") });
    assert_eq!(found(&mut desk), [], "it has room now, and the link is asked");
    share(&mut desk, link, true);
    searched(&mut desk, link);
    assert_eq!(found(&mut desk), finds([LOWER]));
}
