//! When to ask the network anew who is there.
//!
//! Whoever came while a part of the network was away has announced itself in vain. That the part is back shows when
//! somebody answers whose silence was noticed, whatever the answer is: then others may be there too.

use std::time::Instant;

use nws_protocol::limits::ASK_INTERVAL;

use super::dials::Goal;
use super::{Mesh, MeshOutput};

/// The questions. Many answers lead to one.
#[derive(Default)]
pub(super) struct Questions {
    is_due: bool,
    /// When the next one may be asked.
    opens: Option<Instant>,
}

impl Questions {
    /// When there is something to ask.
    pub(super) fn next(&self, now: Instant) -> Option<Instant> {
        self.is_due.then(|| self.opens.unwrap_or(now))
    }
}

impl Mesh {
    /// Nothing has come from where a proxy is, or should be.
    pub(super) fn note_silence(&mut self, goal: Goal) {
        if let Some(is_silent) = self.is_silent(goal) {
            *is_silent = true;
        }
    }

    /// Somebody has answered there, be it with a refusal.
    pub(super) fn note_answer(&mut self, goal: Goal) {
        if self.is_silent(goal).is_some_and(std::mem::take) {
            self.questions.is_due = true;
        }
    }

    pub(super) fn ask_due(&mut self, now: Instant) {
        if self.questions.next(now).is_some_and(|next| next <= now) {
            self.questions = Questions { is_due: false, opens: Some(now + ASK_INTERVAL) };
            self.outputs.push_back(MeshOutput::Ask);
        }
    }

    fn is_silent(&mut self, goal: Goal) -> Option<&mut bool> {
        match goal {
            Goal::Remote(id) => self.remotes.by_id.get_mut(id).map(|remote| &mut remote.is_silent),
            Goal::Configured(peer) => self.dials.configured.get_mut(&peer).map(|it| &mut it.is_silent),
        }
    }
}
