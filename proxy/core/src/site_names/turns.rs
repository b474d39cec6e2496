//! Gives sites their turns while all of them together may try no more names.

use std::time::{Duration, Instant};

use super::Site;

/// A site that has not asked again for so long stops waiting: a page that was refused tries again
/// within a minute, and a page that was left never does.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sites that wait at the same time. Each new name costs a walk through all of them.
const WAITING_MAX: usize = 64;

/// Sites that were refused although they had names left. Each has a claim to one of the tokens that
/// come back. The site that has been granted the fewest names is first, then the one that has
/// waited longest.
#[derive(Default)]
pub(super) struct Turns {
    waiting: Vec<Waiting>,
    last: u64,
}

struct Waiting {
    site: Site,
    turn: Turn,
    asked: Instant,
}

/// The order of the sites: names granted before, then the order of the first refusal since.
type Turn = (u32, u64);

impl Turns {
    /// The number of sites that come before `site`, which has been granted `granted` names.
    pub(super) fn before(&mut self, site: &Site, granted: u32, now: Instant) -> usize {
        self.waiting.retain(|waiting| now.saturating_duration_since(waiting.asked) < PATIENCE);
        let turn = self.of(site).map_or((granted, u64::MAX), |waiting| waiting.turn);
        self.waiting.iter().filter(|waiting| waiting.turn < turn).count()
    }

    /// `site` was refused, and waits.
    pub(super) fn wait(&mut self, site: &Site, granted: u32, now: Instant) {
        if let Some(waiting) = self.of(site) {
            waiting.asked = now;
            return;
        }
        self.last += 1;
        self.waiting.push(Waiting { site: site.clone(), turn: (granted, self.last), asked: now });
        if self.waiting.len() > WAITING_MAX {
            self.waiting.sort_by_key(|waiting| waiting.turn);
            self.waiting.pop();
        }
    }

    /// `site` has got its name.
    pub(super) fn leave(&mut self, site: &Site) {
        self.waiting.retain(|waiting| &waiting.site != site);
    }

    fn of(&mut self, site: &Site) -> Option<&mut Waiting> {
        self.waiting.iter_mut().find(|waiting| &waiting.site == site)
    }
}
