//! The dials that are under way.

use std::collections::BTreeMap;
use std::time::Instant;

use super::targets::TargetId;
use crate::mesh::DialId;

/// The dials that are under way.
#[derive(Default)]
pub(super) struct Dials {
    under_way: BTreeMap<DialId, Dial>,
    last: u64,
}

struct Dial {
    target: TargetId,
    until: Instant,
    is_answered: bool,
    share: Share,
}

/// What bounds a dial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    /// [`MeshConfig::dials_max`](crate::MeshConfig::dials_max).
    Known,
    /// [`MeshConfig::hint_dials_max`](crate::MeshConfig::hint_dials_max).
    Hint,
    /// A sliding window.
    Window,
}

impl Dials {
    pub(super) fn is_empty(&self) -> bool {
        self.under_way.is_empty()
    }

    /// How many are bounded by this.
    pub(super) fn count(&self, share: Share) -> usize {
        self.under_way.values().filter(|dial| dial.share == share).count()
    }

    /// A dial begins, which may take until `until`.
    pub(super) fn begin(&mut self, target: TargetId, share: Share, until: Instant) -> DialId {
        self.last += 1;
        let dial = DialId(self.last);
        self.under_way.insert(dial, Dial { target, until, is_answered: false, share });
        dial
    }

    /// An answer has come. Gives what was dialled.
    pub(super) fn note_answer(&mut self, dial: DialId) -> Option<TargetId> {
        let dial = self.under_way.get_mut(&dial)?;
        dial.is_answered = true;
        Some(dial.target)
    }

    /// Gives what is dialled, if no answer has come.
    pub(super) fn unanswered(&self, dial: DialId) -> Option<TargetId> {
        self.under_way.get(&dial).filter(|dial| !dial.is_answered).map(|dial| dial.target)
    }

    /// A dial is over. Gives what was dialled.
    pub(super) fn end(&mut self, dial: DialId) -> Option<TargetId> {
        self.under_way.remove(&dial).map(|dial| dial.target)
    }

    /// All dials are over. Gives which there were.
    pub(super) fn end_all(&mut self) -> impl Iterator<Item = DialId> {
        std::mem::take(&mut self.under_way).into_keys()
    }

    /// The dials that have taken too long.
    pub(super) fn late(&self, now: Instant) -> Vec<DialId> {
        let late = self.under_way.iter().filter(|(_, dial)| dial.until <= now);
        late.map(|(id, _)| *id).collect()
    }

    /// When the next dial will have taken too long.
    pub(super) fn next_late(&self) -> Option<Instant> {
        self.under_way.values().map(|dial| dial.until).min()
    }
}
