//! Gathers what one member has said to all others and what has not been delivered yet.
//!
//! A member that says much at once costs each recipient one step, and not one step for each
//! message.

use std::time::Instant;

use nws_protocol::PeerId;
use nws_protocol::link::Record;

use super::delivery::SHARE_MIN;
use super::rosters::{ChannelId, Member};
use super::said::Said;
use super::{Channels, ConnId, Framing};

/// Length from which a batch is delivered at once, in bytes: from here on it is shared and not
/// copied.
pub(super) const BATCH_MAX: usize = SHARE_MIN;

#[derive(Default)]
pub(super) struct Batch {
    /// The connection on which it was said, and the time.
    from: Option<(ConnId, Instant)>,
    /// The frames for structured and for raw recipients.
    structured: Vec<u8>,
    raw: Vec<u8>,
    /// The records for groups.
    records: Vec<u8>,
}

/// The recipients of what a member says to all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Audience {
    /// Number of structured members.
    pub(super) structured: usize,
    /// Number of raw members.
    pub(super) raw: usize,
    /// The number of the speaker, if other proxies have members in the channel and the speaker is a
    /// member of this one.
    pub(super) speaker_number: Option<u32>,
}

impl Batch {
    /// Gives whether everything in it is from `conn`.
    #[inline]
    pub(super) fn is_from(&self, conn: Option<ConnId>) -> bool {
        self.from.is_none_or(|(from, _)| Some(from) == conn)
    }

    /// Adds what `source` says. `from` is its connection, or that of its group. Gives whether the
    /// batch is full now.
    #[inline]
    pub(super) fn add(
        &mut self,
        from: ConnId,
        said: Said<'_>,
        source: &PeerId,
        to: Audience,
        now: Instant,
    ) -> bool {
        if to.structured > 0 {
            said.write_structured(&mut self.structured, source, None);
        }
        if to.raw > 0 {
            said.write_raw(&mut self.raw);
        }
        if let Some(member) = to.speaker_number {
            Record::Broadcast { member, payload: said.payload() }.write(&mut self.records);
        }
        self.from = Some((from, now));
        self.structured.len().max(self.raw.len()).max(self.records.len()) >= BATCH_MAX
    }

    fn clear(&mut self) {
        self.structured.clear();
        self.raw.clear();
        self.records.clear();
    }
}

impl Channels {
    /// Delivers the batch to its recipients, and judges the debts that grow by that.
    #[inline]
    pub(super) fn finish_batch(&mut self) {
        if let Some(said) = self.deliver() {
            self.execute_verdicts(said);
        }
    }

    /// Delivers the batch to its recipients. Gives the time at which something was last added to
    /// it.
    pub(super) fn deliver(&mut self) -> Option<Instant> {
        let Self { batch, rosters, delivery, .. } = self;
        let (from, when) = batch.from.take()?;
        let id = match rosters.member(from) {
            Some(Member::Client(client)) => Some(client.channel),
            Some(Member::Group(group)) => group.channel(),
            Some(Member::Reserved(_) | Member::Closing { .. }) | None => None,
        };
        debug_assert!(id.is_some(), "what a leaving member said is delivered before it leaves");
        if let Some(channel) = id.and_then(|id| rosters.channel(id)) {
            let count = channel.present.len();
            let structured = delivery.frame(&mut batch.structured, count);
            let raw = delivery.frame(&mut batch.raw, count);
            for to in channel.present.iter().filter(|to| to.conn != from) {
                let frame = match to.framing {
                    Framing::Structured => &structured,
                    Framing::Raw => &raw,
                };
                delivery.send(to.conn, from, frame);
            }
            if !batch.records.is_empty() {
                let records = delivery.frame(&mut batch.records, channel.groups.len());
                for &group in &channel.groups {
                    if rosters.group(group).is_some_and(|group| group.had_peers()) {
                        delivery.send(group, from, &records);
                    }
                }
            }
        }
        batch.clear();
        Some(when)
    }

    /// The recipients of what a member says. `sender` is its framing and `number` its number, if it
    /// is a member of this proxy.
    pub(super) fn audience(&self, id: ChannelId, sender: Option<Framing>, number: Option<u32>) -> Audience {
        let Some(channel) = self.rosters.channel(id) else {
            return Audience { structured: 0, raw: 0, speaker_number: None };
        };
        let (structured, raw) = channel.audience(sender);
        let speaker_number = number.filter(|_| channel.groups_with_peers > 0);
        Audience { structured, raw, speaker_number }
    }
}
