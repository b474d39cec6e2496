//! Places that have other addresses, and places that are not wanted any more.

use nws_core::{LinkCloseReason, LinkId, MeshInput, MeshOutput, Target};

use crate::desk::{Desk, HIGHER, SECOND, address, close, dial, dials, proxy};

const PLACE: usize = 3;

/// A link to the proxy at [`PLACE`], which this side has dialled.
fn linked(desk: &mut Desk) -> LinkId {
    let first = dial(&desk.tell(MeshInput::Peer { peer: PLACE }));
    let (link, _) = desk.connect(HIGHER, Some(first));
    desk.tell(MeshInput::Ready { link });
    link
}

fn moved(n: u8) -> MeshInput {
    MeshInput::Moved { peer: PLACE, addresses: vec![address(n).ip()] }
}

#[test]
fn where_a_place_has_moved_is_dialled_at_once_although_the_old_link_seems_to_be_up() {
    let mut desk = Desk::new();
    linked(&mut desk);
    let outputs = desk.tell(moved(HIGHER + 1));
    assert!(matches!(outputs[..], [MeshOutput::Dial { target: Target::Peer(PLACE), .. }]), "{outputs:?}");
}

#[test]
fn a_place_that_has_more_addresses_is_not_dialled_while_it_is_linked_at_one() {
    let mut desk = Desk::new();
    linked(&mut desk);
    let addresses = [HIGHER + 1, HIGHER].map(|n| address(n).ip()).to_vec();
    assert_eq!(desk.tell(MeshInput::Moved { peer: PLACE, addresses }), []);
}

#[test]
fn a_dial_to_where_a_place_was_gives_way() {
    let mut desk = Desk::new();
    let old = dial(&desk.tell(MeshInput::Peer { peer: PLACE }));
    let outputs = desk.tell(moved(1));
    assert_eq!(outputs[0], MeshOutput::Abandon { dial: old });
    assert_eq!(dials(&outputs[1..]).len(), 1);
    assert_eq!(desk.tell(MeshInput::Moved { peer: PLACE + 1, addresses: Vec::new() }), [], "it is not known");
}

#[test]
fn a_link_that_is_not_wanted_any_more_ends_and_its_proxy_is_forgotten() {
    let mut desk = Desk::new();
    let link = linked(&mut desk);
    assert_eq!(desk.tell(MeshInput::PeerGone { peer: PLACE }), []);
    assert_eq!(desk.tell(MeshInput::Unwanted { link }), [close(link, LinkCloseReason::Unwanted)]);
    assert_eq!(desk.survey(), Default::default());
    assert!(dials(&desk.wait(60 * SECOND).into_iter().map(|(_, it)| it).collect::<Vec<_>>()).is_empty());
}

#[test]
fn a_link_stays_to_whom_is_known_otherwise() {
    let mut desk = Desk::new();
    let link = linked(&mut desk);
    desk.see(HIGHER);
    desk.tell(MeshInput::PeerGone { peer: PLACE });
    assert_eq!(desk.tell(MeshInput::Unwanted { link }), []);

    let mut desk = Desk::new();
    let link = linked(&mut desk);
    let site = MeshInput::Site { peer: PLACE + 1, proxy: proxy(HIGHER) };
    desk.tell(site);
    desk.tell(MeshInput::PeerGone { peer: PLACE });
    assert_eq!(desk.tell(MeshInput::Unwanted { link }), []);
}

#[test]
fn who_watches_hears_which_places_are_linked() {
    let mut desk = Desk::new();
    let link = linked(&mut desk);
    desk.tell(MeshInput::Peer { peer: PLACE + 1 });
    assert_eq!(desk.survey().linked_places, [(PLACE, proxy(HIGHER))]);
    desk.tell(MeshInput::Down { link });
    assert_eq!(desk.survey().linked_places, []);
}
