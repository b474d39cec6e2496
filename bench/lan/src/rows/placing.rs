//! Decides on which machine the clients of a run are.

use nws_report::lan::Placing;

/// The number of the machine of the receivers.
pub(super) fn receivers(placing: Placing) -> usize {
    match placing {
        Placing::Same => 0,
        Placing::Across => 1,
    }
}

/// Both placings, beginning with another one each time.
pub(super) fn in_turn(rep: u32) -> [Placing; 2] {
    let mut both = [Placing::Same, Placing::Across];
    both.rotate_left(rep as usize % 2);
    both
}
