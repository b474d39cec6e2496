//! What one link may cost before everybody else has their turn.

use nws_protocol::limits::{LINK_QUEUED_PER_PASS, LINK_RECORDS_PER_PASS, READ_PER_PASS};

/// What a link has cost since others had their turn. The other side decides how many records its
/// bytes are, and members here how much each makes wait: so all of that counts.
#[derive(Debug, Default)]
pub struct Turn {
    records: usize,
    read: usize,
    queued: usize,
}

impl Turn {
    /// Whether others have to have theirs.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.records >= LINK_RECORDS_PER_PASS
            || self.read >= READ_PER_PASS
            || self.queued >= LINK_QUEUED_PER_PASS
    }

    /// A record was heard, or the beginning of one, that was so long and made so much wait.
    pub(super) const fn spend(&mut self, read: usize, queued: usize) {
        self.records += 1;
        self.read += read;
        self.queued += queued;
    }
}
