//! Limits the work of one turn, after which the other sockets of the shard have theirs.

use nws_protocol::limits::{
    FRAMES_PER_PASS, LINK_PIECE_MAX, LINK_QUEUED_PER_PASS, LINK_RECORDS_PER_PASS, READ_PER_PASS,
};

use super::batch::BATCH_MAX;
use super::{Channels, ConnId};

/// What is read at once of a client whose messages leave over a link, in bytes: so the link is
/// written, and the other proxy works, while the client is read on. With four times as much, a
/// message of 4 or 64 KiB to another machine was measured to cost a quarter more.
const READ_FOR_LINK: usize = LINK_PIECE_MAX;

/// The work done in one turn: for one link, or for one look at what is due. The other side of a
/// link decides how many records its bytes are, and the members here decide how much each record
/// makes wait: so all of that counts.
#[derive(Debug)]
pub struct Turn {
    records_max: usize,
    records: usize,
    read: usize,
    queued: usize,
    frames: u64,
}

impl Default for Turn {
    fn default() -> Self {
        Self::of(LINK_RECORDS_PER_PASS)
    }
}

impl Turn {
    /// A turn of at most so many records.
    #[must_use]
    pub const fn of(records_max: usize) -> Self {
        Self { records_max, records: 0, read: 0, queued: 0, frames: 0 }
    }

    /// Gives whether the other sockets must have their turn now.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.records >= self.records_max
            || self.read >= READ_PER_PASS
            || self.queued >= LINK_QUEUED_PER_PASS
            || self.frames >= FRAMES_PER_PASS as u64
    }

    /// Counts so many members that were looked at. A look costs about as much as a record.
    pub(super) const fn spend_visits(&mut self, visits: usize) {
        self.records += visits;
    }

    /// Counts a record, or its beginning: `read` bytes, which made `queued` bytes wait in so many
    /// `frames`.
    pub(super) const fn spend_record(&mut self, read: usize, queued: usize, frames: u64) {
        self.records += 1;
        self.frames += frames;
        self.read += read;
        self.queued += queued;
    }
}

impl Channels {
    /// Bytes that may be read from a client before others have their turn. What it says to all is a
    /// frame for each recipient, and a further one after each batch of some KiB.
    #[must_use]
    pub fn read_max(&self, conn: ConnId) -> usize {
        let client = self.rosters.client(conn);
        let channel = client.and_then(|client| self.rosters.channel(client.channel));
        let recipients = channel.map_or(0, |channel| channel.present.len() + channel.groups.len());
        let batches = FRAMES_PER_PASS / recipients.max(1);
        let has_links = channel.is_some_and(|channel| !channel.groups.is_empty());
        let most = if has_links { READ_FOR_LINK } else { READ_PER_PASS };
        (batches.max(1) * BATCH_MAX).min(most)
    }
}
