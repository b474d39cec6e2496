//! What one link, or one look at what is due, may cost before everybody else has their turn.

use nws_protocol::limits::{
    CLIENT_FRAMES_PER_PASS, LINK_QUEUED_PER_PASS, LINK_RECORDS_PER_PASS, READ_PER_PASS,
};

use super::route::BATCH_MAX;
use super::{Channels, ConnId};

/// What has been done since others had their turn. The other side decides how many records its
/// bytes are, and members here how much each makes wait: so all of that counts.
#[derive(Debug)]
pub struct Turn {
    records_max: usize,
    records: usize,
    read: usize,
    queued: usize,
}

impl Default for Turn {
    fn default() -> Self {
        Self::of(LINK_RECORDS_PER_PASS)
    }
}

impl Turn {
    /// One of at most so many records.
    #[must_use]
    pub const fn of(records_max: usize) -> Self {
        Self { records_max, records: 0, read: 0, queued: 0 }
    }

    /// Whether others have to have theirs.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.records >= self.records_max || self.read >= READ_PER_PASS || self.queued >= LINK_QUEUED_PER_PASS
    }

    /// So many things were done that cost about as much as a record.
    pub(super) const fn spend_many(&mut self, records: usize) {
        self.records += records;
    }

    /// A record was heard, or the beginning of one, that was so long and made so much wait.
    pub(super) const fn spend(&mut self, read: usize, queued: usize) {
        self.records += 1;
        self.read += read;
        self.queued += queued;
    }
}

impl Channels {
    /// Bytes that may be read of a client before others have their turn: what it says to all is a frame
    /// for each of them, again after a batch of some KiB.
    #[must_use]
    pub fn read_max(&self, conn: ConnId) -> usize {
        let place = self.members.get(conn).and_then(|member| member.place);
        let channel = place.and_then(|place| self.channels.get(place.channel));
        let recipients = channel.map_or(0, |channel| channel.present.len() + channel.trunks.len());
        let batches = CLIENT_FRAMES_PER_PASS / recipients.max(1);
        (batches.max(1) * BATCH_MAX).min(READ_PER_PASS)
    }
}
