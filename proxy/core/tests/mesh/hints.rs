//! Places where a proxy may be, of which most have none.

use std::collections::BTreeSet;
use std::time::Duration;

use nws_core::{MeshInput, MeshOutput, Target};
use nws_protocol::limits::{DIALS_MAX, HINT_DIALS_MAX, HINT_REDIAL_MAX};

use crate::desk::{Desk, HIGHER, SECOND, dial, dial_times, dials};
use crate::dials::{fail_for, gaps};

const HINT: MeshInput = MeshInput::Hint { peer: 0, redial_max: HINT_REDIAL_MAX };

fn hint(desk: &mut Desk, peer: usize) -> Vec<MeshOutput> {
    desk.tell(MeshInput::Hint { peer, redial_max: HINT_REDIAL_MAX })
}

fn targets(outputs: &[MeshOutput]) -> Vec<usize> {
    let peer = |target: &Target| match target {
        Target::Peer(peer) => *peer,
        Target::Proxy { .. } => panic!("only places"),
    };
    dials(outputs).into_iter().map(|(_, target)| peer(target)).collect()
}

#[test]
fn a_place_without_a_proxy_is_dialled_ever_more_rarely() {
    let mut desk = Desk::new();
    let first = dial(&desk.tell(HINT));
    desk.tell(MeshInput::DialFailed { dial: first });
    let gaps = gaps(&fail_for(&mut desk, 1_000 * SECOND));
    assert!(gaps[8..].iter().all(|gap| *gap >= HINT_REDIAL_MAX / 2), "{gaps:?}");
    assert!(gaps.iter().all(|gap| *gap <= HINT_REDIAL_MAX + SECOND), "{gaps:?}");
}

#[test]
fn where_a_proxy_was_it_is_looked_for_as_often_as_any() {
    let mut desk = Desk::new();
    let first = dial(&desk.tell(HINT));
    desk.tell(MeshInput::DialFailed { dial: first });
    fail_for(&mut desk, 300 * SECOND);
    let own = dial(&desk.tell(HINT));
    let (link, _) = desk.connect(HIGHER, Some(own));
    desk.tell(MeshInput::Ready { link });
    desk.tell(MeshInput::Matched { link });
    desk.tell(MeshInput::Down { link });
    let gaps = gaps(&fail_for(&mut desk, 300 * SECOND));
    assert!(gaps.iter().all(|gap| *gap <= 5 * SECOND + Duration::from_millis(1)), "{gaps:?}");
}

#[test]
fn a_place_whose_address_changes_is_dialled_at_once() {
    let mut desk = Desk::new();
    let first = dial(&desk.tell(HINT));
    assert_eq!(desk.tell(HINT), [], "it is being dialled");
    desk.tell(MeshInput::DialFailed { dial: first });
    fail_for(&mut desk, 300 * SECOND);
    dial(&desk.tell(HINT));
}

#[test]
fn a_place_that_goes_is_not_dialled_any_more() {
    let mut desk = Desk::new();
    let first = dial(&desk.tell(HINT));
    assert_eq!(desk.tell(MeshInput::PeerGone { peer: 0 }), [MeshOutput::Abandon { dial: first }]);
    assert_eq!(dial_times(&desk.wait(120 * SECOND)), []);
    assert!(desk.is_idle());
}

#[test]
fn a_thousand_silent_places_delay_neither_peers_nor_newcomers_nor_each_other() {
    let mut desk = Desk::new();
    let mut begun = BTreeSet::new();
    for peer in 0..1_000 {
        begun.extend(targets(&hint(&mut desk, peer)));
    }
    assert_eq!(begun.len(), HINT_DIALS_MAX);
    for peer in 1_000..1_000 + DIALS_MAX {
        assert_eq!(targets(&desk.tell(MeshInput::Peer { peer })), [peer]);
    }
    dial(&desk.see(HIGHER));
    // Nobody answers: so each dial takes all its time, and those that are new go first.
    for (_, output) in desk.wait(180 * SECOND) {
        if let MeshOutput::Dial { target: Target::Peer(peer), .. } = output {
            begun.insert(peer);
        }
    }
    assert!((0..1_000).all(|peer| begun.contains(&peer)));
}
