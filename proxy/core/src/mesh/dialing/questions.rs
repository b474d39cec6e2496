//! When to ask the network anew which proxies are there.
//!
//! A proxy that came while a part of the network was away has announced itself in vain. An answer
//! from a place whose silence was noticed shows that the part is back, whatever the answer is: then
//! other proxies may be there too.

use std::time::Instant;

use nws_protocol::limits::ASK_INTERVAL;

/// The questions. Many answers lead to one.
#[derive(Default)]
pub(super) struct Questions {
    is_due: bool,
    /// When the next one may be asked.
    opens: Option<Instant>,
}

impl Questions {
    /// A place has answered that was silent before.
    pub(super) fn note_return(&mut self) {
        self.is_due = true;
    }

    /// When to ask, if there is a reason.
    pub(super) fn next(&self, now: Instant) -> Option<Instant> {
        self.is_due.then(|| self.opens.unwrap_or(now))
    }

    /// Whether to ask now; the question counts as asked afterwards.
    pub(super) fn take_due(&mut self, now: Instant) -> bool {
        let is_due = self.next(now).is_some_and(|next| next <= now);
        if is_due {
            *self = Self { is_due: false, opens: Some(now + ASK_INTERVAL) };
        }
        is_due
    }
}
