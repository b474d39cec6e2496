//! Many sites with many channels meet within the budgets that ship.

use nws_core::AccountLimits;
use nws_sim::lan::Crowd;

use crate::world::SECOND;

/// What is promised of fifty sites with a thousand channels: `benches/crowd.rs` tries all of it at once.
const SITES: usize = 50;
const CHANNELS: usize = 1000;

#[test]
fn sites_with_a_thousand_channels_meet_and_meet_again() {
    const FEW: usize = 12;
    let mut crowd = Crowd::new(FEW, CHANNELS);
    assert!(crowd.settle(60 * SECOND).is_some());
    let of_all = crowd.kept() / (FEW - 1) * (SITES - 1);
    assert!(of_all < AccountLimits::sites().kept, "no link has to go for the others: {of_all}");
    crowd.restart_brokers();
    assert!(crowd.faults() > 0);
    assert!(crowd.settle(60 * SECOND).is_some());
}

#[test]
fn fifty_sites_meet_and_meet_again() {
    let mut crowd = Crowd::new(SITES, 50);
    assert!(crowd.settle(60 * SECOND).is_some());
    crowd.restart_broker(1);
    assert!(crowd.faults() > 0);
    assert!(crowd.settle(60 * SECOND).is_some());
}
