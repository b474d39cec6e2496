//! Floods of lies.

use std::collections::BTreeSet;

use nws_core::{MeshInput, MeshOutput, Target};
use nws_protocol::ProxyId;

use crate::desk::{Desk, HIGHER, SECOND, address, dial, proxy};

/// The proxy number `n` of those that do not exist.
fn phantom(n: u32) -> MeshInput {
    let mut digest = [0xaa; 32];
    digest[..4].copy_from_slice(&n.to_be_bytes());
    MeshInput::Seen { proxy: ProxyId::from_digest(&digest), addresses: vec![address(9)] }
}

/// Announces so many in four seconds, and reports every dial as failed; the answer is who was dialled.
fn flood(desk: &mut Desk, phantoms: std::ops::Range<u32>) -> Vec<ProxyId> {
    let pause = 4 * SECOND / phantoms.len() as u32;
    let mut dialled = Vec::new();
    for n in phantoms {
        let outputs = desk.tell(phantom(n));
        let later = desk.wait(pause).into_iter().map(|(_, output)| output);
        dialled.extend(fail(desk, outputs.into_iter().chain(later)));
    }
    dialled
}

fn fail(desk: &mut Desk, outputs: impl Iterator<Item = MeshOutput>) -> Vec<ProxyId> {
    let mut dialled = Vec::new();
    for output in outputs {
        if let MeshOutput::Dial { dial, target: Target::Proxy { proxy, .. } } = output {
            dialled.push(proxy);
            desk.tell(MeshInput::DialFailed { dial });
        }
    }
    dialled
}

/// Who is dialled in the next seconds.
fn dialled(desk: &mut Desk, seconds: u32) -> Vec<ProxyId> {
    (0..seconds * 10)
        .flat_map(|_| {
            let outputs = desk.wait(SECOND / 10).into_iter().map(|(_, output)| output);
            fail(desk, outputs)
        })
        .collect()
}

#[test]
fn a_flood_is_dialled_at_the_pace_of_newcomers() {
    let mut desk = Desk::new();
    assert!(flood(&mut desk, 0..20_000).len() <= 10);
    assert!(dialled(&mut desk, 10).len() <= 20);
}

#[test]
fn a_flood_is_forgotten_but_for_256() {
    let mut desk = Desk::new();
    flood(&mut desk, 0..2_000);
    let left: BTreeSet<ProxyId> = dialled(&mut desk, 599).into_iter().collect();
    assert!(left.len() <= 256);
    dialled(&mut desk, 10);
    assert!(desk.is_idle());
}

#[test]
fn a_newcomer_is_found_after_a_flood() {
    for seed in 0..5 {
        let mut desk = Desk::seeded(seed);
        flood(&mut desk, 0..1_000);
        desk.see(HIGHER);
        assert!(dialled(&mut desk, 2).contains(&proxy(HIGHER)));
    }
}

/// As it is when it answers the question that is asked again after a flood. Each of the ten that come after it
/// takes the place of one of 256: it may be that one, but hardly ever is.
#[test]
fn a_newcomer_that_drowned_is_found_when_it_is_seen_again() {
    let is_found = |seed: &u8| {
        let mut desk = Desk::seeded(*seed);
        flood(&mut desk, 0..1_000);
        desk.see(HIGHER);
        flood(&mut desk, 1_000..2_000);
        desk.see(HIGHER);
        for n in 2_000..2_010 {
            desk.tell(phantom(n));
        }
        dialled(&mut desk, 30).contains(&proxy(HIGHER))
    };
    let found = (0..12).filter(is_found).count();
    assert!(found >= 9, "{found} of 12");
}

/// One who links under many ids, and then says that each of them has moved, again and again.
#[test]
fn ids_that_are_thrown_away_are_dialled_at_a_pace_of_their_own() {
    let mut desk = Desk::new();
    let honest = dial(&desk.see(HIGHER));
    let (honest, _) = desk.connect(HIGHER, Some(honest));
    desk.tell(MeshInput::Ready { link: honest });
    desk.tell(MeshInput::Matched { link: honest });
    for n in 0..192 {
        let MeshInput::Seen { proxy, .. } = phantom(n) else { unreachable!() };
        let (link, _) = desk.connect_to(proxy, None);
        desk.tell(MeshInput::Ready { link });
        desk.tell(MeshInput::Down { link });
    }
    desk.tell(MeshInput::Down { link: honest });
    let mut found = Vec::new();
    for round in 0..40 {
        for n in 0..192 {
            let MeshInput::Seen { proxy, .. } = phantom(n) else { unreachable!() };
            let outputs =
                desk.tell(MeshInput::Seen { proxy, addresses: vec![([10, 9, 0, round], 9010).into()] });
            found.extend(fail(&mut desk, outputs.into_iter()));
        }
        let outputs = desk.wait(SECOND / 2).into_iter().map(|(_, output)| output);
        found.extend(fail(&mut desk, outputs));
    }
    let to_honest = found.iter().filter(|to| **to == proxy(HIGHER)).count();
    assert!(found.len() - to_honest <= 21 * 8, "{}", found.len());
    assert!(to_honest >= 4, "{to_honest}");
}

/// Every other dial goes to any of them, so that those who are behind the newest have a chance as well.
#[test]
fn those_that_drown_have_a_chance_while_the_flood_lasts() {
    let mut desk = Desk::new();
    (0..10).for_each(|n| drop(desk.tell(phantom(n))));
    for n in 101..111 {
        desk.see(n);
    }
    let dialled: Vec<ProxyId> =
        (0..60).flat_map(|n| flood(&mut desk, 1_000 + 12 * n..1_012 + 12 * n)).collect();
    let found = (101..111).filter(|n| dialled.contains(&proxy(*n))).count();
    assert!(found >= 3, "{found} of 10");
}

#[test]
fn those_that_were_linked_are_dialled_through_a_flood() {
    let mut desk = Desk::new();
    let own = dial(&desk.see(HIGHER));
    let (link, _) = desk.connect(HIGHER, Some(own));
    desk.tell(MeshInput::Ready { link });
    desk.tell(MeshInput::Down { link });
    let to_it = flood(&mut desk, 0..2_000).into_iter().filter(|to| *to == proxy(HIGHER)).count();
    assert!(to_it >= 2);
}

#[test]
fn links_and_those_that_were_linked_outlive_a_flood_of_links() {
    let mut desk = Desk::new();
    let matched = desk.accept(HIGHER);
    desk.see(HIGHER);
    desk.tell(MeshInput::Matched { link: matched });
    desk.tell(MeshInput::Down { link: matched });
    for n in 0..1_000 {
        let MeshInput::Seen { proxy, .. } = phantom(n) else { unreachable!() };
        let (link, _) = desk.connect_to(proxy, None);
        desk.tell(MeshInput::Ready { link });
        desk.tell(MeshInput::Down { link });
    }
    dialled(&mut desk, 3);
    let mut phantoms = desk.see(1);
    phantoms.extend(desk.see(2));
    let found = dialled(&mut desk, 6);
    assert!(found.contains(&proxy(HIGHER)), "who has matched is kept");
    assert!(found.contains(&proxy(1)) || !phantoms.is_empty(), "and newcomers have room");
}

/// Lies about one that was found do not lead away from where it was.
#[test]
fn lies_do_not_displace_where_a_proxy_was_found() {
    let mut desk = Desk::new();
    let own = dial(&desk.see(HIGHER));
    let (link, _) = desk.connect(HIGHER, Some(own));
    desk.tell(MeshInput::Ready { link });
    for n in 0..10 {
        let addresses = (0..100).map(|i| ([10, 0, n, i], 9010).into()).collect();
        desk.tell(MeshInput::Seen { proxy: proxy(HIGHER), addresses });
    }
    desk.tell(MeshInput::Down { link });
    let outputs = desk.wait(SECOND);
    let Some((_, MeshOutput::Dial { target: Target::Proxy { addresses, .. }, .. })) = outputs.first() else {
        panic!("it is dialled");
    };
    assert!(addresses.contains(&address(HIGHER)) && addresses.len() <= 12);
}
