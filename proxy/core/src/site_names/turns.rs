//! Gives sites their turn where all of them together may try no more names for the moment.

use std::time::{Duration, Instant};

use super::Site;

/// A site that has not asked again for so long waits no more: a page that was refused tries again
/// within a minute, and one that has been left never does.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sites that wait at the same time. They are gone through at each new name.
const WAITING_MAX: usize = 64;

/// Sites that were refused although they had names left. Each of them has a claim to one of those
/// that come back, in turn: first the site that has been granted the fewest, then the one that has
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

/// What decides which site is first: names granted before, and the order of the first refusal
/// since.
type Turn = (u32, u64);

impl Turns {
    /// How many others come before `site`, which has been granted `granted` names.
    pub(super) fn before(&mut self, site: &Site, granted: u32, now: Instant) -> usize {
        self.waiting.retain(|waiting| now.saturating_duration_since(waiting.asked) < PATIENCE);
        let turn = self.of(site).map_or((granted, u64::MAX), |waiting| waiting.turn);
        self.waiting.iter().filter(|waiting| waiting.turn < turn).count()
    }

    /// `site` was refused, and may come back for it.
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

    /// `site` has got what it waited for.
    pub(super) fn leave(&mut self, site: &Site) {
        self.waiting.retain(|waiting| &waiting.site != site);
    }

    fn of(&mut self, site: &Site) -> Option<&mut Waiting> {
        self.waiting.iter_mut().find(|waiting| &waiting.site == site)
    }
}
