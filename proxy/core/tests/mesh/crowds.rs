//! Links that are too many.

use std::collections::BTreeSet;
use std::net::IpAddr;

use nws_core::{LinkCloseReason, LinkId, MeshConfig, MeshInput, MeshOutput};
use nws_protocol::ProxyId;

use crate::desk::{Desk, HIGHER, SECOND, address, close, dial};

/// Where somebody is who has as many ids as he likes.
const LIAR: u8 = 9;

/// Links that are ready, and the end of whichever.
struct Crowd {
    desk: Desk,
    made: u32,
    closed: BTreeSet<LinkId>,
}

impl Crowd {
    fn with(config: MeshConfig) -> Self {
        Self { desk: Desk::with(config), made: 0, closed: BTreeSet::new() }
    }

    /// One more proxy that nobody has heard of links, from somewhere, and gets ready.
    fn link(&mut self, source: IpAddr) -> LinkId {
        self.made += 1;
        let mut digest = [0xaa; 32];
        digest[..4].copy_from_slice(&self.made.to_be_bytes());
        let (link, outputs) = self.desk.connect_at(source, ProxyId::from_digest(&digest), None);
        self.note(&outputs);
        let outputs = self.desk.tell(MeshInput::Ready { link });
        self.note(&outputs);
        self.desk.wait(SECOND / 1000);
        link
    }

    fn link_matched(&mut self, source: IpAddr) -> LinkId {
        let link = self.link(source);
        self.desk.tell(MeshInput::Matched { link });
        link
    }

    fn note(&mut self, outputs: &[MeshOutput]) {
        for output in outputs {
            if let MeshOutput::Close { link, reason } = *output {
                assert_eq!(reason, LinkCloseReason::Crowded);
                assert!(self.closed.insert(link));
            }
        }
    }

    fn is_open(&self, link: &LinkId) -> bool {
        !self.closed.contains(link)
    }

    fn count(&self) -> usize {
        self.made as usize - self.closed.len()
    }
}

/// One of many machines.
fn machine(n: u16) -> IpAddr {
    let [high, low] = n.to_be_bytes();
    [10, 1, high, low].into()
}

#[test]
fn one_address_has_64_links_whether_they_match_or_not() {
    let mut crowd = Crowd::with(MeshConfig::default());
    let honest = crowd.link(machine(0));
    let liar = address(LIAR).ip();
    let first = crowd.link_matched(liar);
    for _ in 0..500 {
        crowd.link_matched(liar);
    }
    assert_eq!(crowd.count(), 1 + 64);
    assert!(crowd.is_open(&honest) && crowd.is_open(&first), "whoever matched first keeps its place");
}

#[test]
fn of_one_address_those_that_never_matched_go_first() {
    let config = MeshConfig { links_per_source_max: 3, ..MeshConfig::default() };
    let mut crowd = Crowd::with(config);
    let matched = crowd.link_matched(machine(1));
    let idle = [crowd.link(machine(1)), crowd.link(machine(1))];
    let last = crowd.link_matched(machine(1));
    assert_eq!(crowd.closed, BTreeSet::from([idle[0]]), "the oldest");
    crowd.link_matched(machine(1));
    assert_eq!(crowd.closed, BTreeSet::from(idle));
    assert!(crowd.is_open(&matched) && crowd.is_open(&last));
}

#[test]
fn what_this_side_dialled_does_not_count_for_an_address() {
    let config = MeshConfig { links_per_source_max: 1, ..MeshConfig::default() };
    let mut crowd = Crowd::with(config);
    crowd.link(address(HIGHER).ip());
    let own = dial(&crowd.desk.see(HIGHER));
    let (link, outputs) = crowd.desk.connect(HIGHER, Some(own));
    assert_eq!(outputs, [MeshOutput::Start { link }]);
}

#[test]
fn all_links_have_a_bound_and_whoever_has_most_gives_way() {
    let mut crowd = Crowd::with(MeshConfig::default());
    let liars: Vec<IpAddr> = (0..20).map(machine).collect();
    let honest: Vec<LinkId> = (100..200).map(|n| crowd.link_matched(machine(n))).collect();
    for n in 0..20 * 64 {
        crowd.link_matched(liars[n % liars.len()]);
    }
    assert!(crowd.count() <= 1024, "{}", crowd.count());
    let late: Vec<LinkId> = (200..300).map(|n| crowd.link(machine(n))).collect();
    assert!(crowd.count() <= 1024, "{}", crowd.count());
    assert!(honest.iter().chain(&late).all(|link| crowd.is_open(link)));
}

#[test]
fn where_all_have_as_many_and_have_matched_a_newcomer_is_refused() {
    let config = MeshConfig { links_max: 3, ..MeshConfig::default() };
    let mut crowd = Crowd::with(config);
    let idle = crowd.link(machine(0));
    for n in 1..3 {
        crowd.link_matched(machine(n));
    }
    let newcomer = crowd.link_matched(machine(3));
    assert_eq!(crowd.closed, BTreeSet::from([idle]));
    let refused = crowd.link(machine(4));
    assert_eq!(crowd.closed, BTreeSet::from([idle, refused]));
    assert!(crowd.is_open(&newcomer));
}

#[test]
fn a_dial_that_finds_no_room_is_not_repeated_soon() {
    let config = MeshConfig { links_max: 1, ..MeshConfig::default() };
    let mut crowd = Crowd::with(config);
    crowd.link_matched(machine(1));
    let own = dial(&crowd.desk.see(HIGHER));
    let (link, outputs) = crowd.desk.connect(HIGHER, Some(own));
    assert_eq!(outputs, [MeshOutput::Start { link }, close(link, LinkCloseReason::Crowded)]);
    let mut seen = Vec::new();
    for _ in 0..30 {
        seen.extend(crowd.desk.wait(SECOND));
    }
    assert!(!seen.iter().any(|(_, output)| matches!(output, MeshOutput::Dial { .. })));
}

#[test]
fn one_address_does_not_drive_out_those_that_never_matched() {
    let config = MeshConfig { links_per_source_max: 1000, ..MeshConfig::default() };
    let mut crowd = Crowd::with(config);
    let honest: Vec<LinkId> = (100..200).map(|n| crowd.link(machine(n))).collect();
    for _ in 0..400 {
        crowd.link(address(LIAR).ip());
    }
    assert_eq!(crowd.count(), 256);
    assert!(honest.iter().all(|link| crowd.is_open(link)));
}
