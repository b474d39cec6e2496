//! Members of another proxy in one channel, as its link announces them.

use std::collections::BTreeSet;

use nws_protocol::limits::{KEPT_PER_CHANNEL, KEPT_PER_REFUSAL};
use nws_protocol::structured::LeaveReason;
use nws_protocol::{IdSource, PeerId, ProxyId};

use super::{ChannelId, Peers};
use crate::{Kept, Overdrawn, Share};

/// What the stream of one link and channel stands for.
pub(in crate::channels) struct RemoteGroup {
    pub(in crate::channels) proxy: ProxyId,
    /// Its channel, and where it is in the list of groups there. `None` where there are too many
    /// channels, so that nobody hears it.
    pub(super) place: Option<(ChannelId, usize)>,
    pub(in crate::channels) peers: Peers,
    /// The numbers of those members of this proxy that the other one has not admitted.
    pub(in crate::channels) not_admitted: BTreeSet<u32>,
    /// The number that a newcomer has to exceed.
    last: Option<u32>,
    /// Bytes of a record of which the end has not come.
    unfinished: usize,
    /// Bytes of a long message that is being encoded.
    encoding: usize,
    kept: Kept,
    /// Everybody who was there when the stream began is known.
    pub(in crate::channels) has_told_all: bool,
}

/// What the other proxy may not do, or what takes too much. The link is closed.
pub(in crate::channels) struct Broken;

impl From<Overdrawn> for Broken {
    fn from(_: Overdrawn) -> Self {
        Self
    }
}

impl RemoteGroup {
    pub(in crate::channels) fn new(proxy: ProxyId, share: &Share) -> Self {
        Self {
            proxy,
            place: None,
            peers: Peers::default(),
            not_admitted: BTreeSet::new(),
            last: None,
            unfinished: 0,
            encoding: 0,
            kept: share.kept(),
            has_told_all: false,
        }
    }

    pub(in crate::channels) fn channel(&self) -> Option<ChannelId> {
        self.place.map(|(channel, _)| channel)
    }

    /// Counts what is kept because of the link, which may have to go for that.
    pub(in crate::channels) fn reckon(&mut self) -> Result<(), Overdrawn> {
        let refusals = self.not_admitted.len() * KEPT_PER_REFUSAL;
        self.kept.set(KEPT_PER_CHANNEL + self.peers.bytes() + refusals + self.unfinished + self.encoding)
    }

    /// So many bytes of a record have come whose end has not.
    pub(in crate::channels) fn note_unfinished(&mut self, bytes: usize) -> Result<(), Overdrawn> {
        let before = std::mem::replace(&mut self.unfinished, bytes);
        if before == bytes && self.encoding == 0 { Ok(()) } else { self.reckon() }
    }

    /// A long message that takes so many bytes is being encoded, or none any more.
    pub(in crate::channels) fn note_encoding(&mut self, bytes: usize) {
        self.encoding = bytes;
    }

    /// Whether anybody may hear what is said towards it. Whoever comes instead of the last one may hear
    /// what was said before that was known here, and so has to hear everything after it.
    pub(in crate::channels) fn had_peers(&self) -> bool {
        self.last.is_some()
    }

    /// The id of a newcomer as it is known here, if the number and the id are such as a proxy gives. From
    /// now on it had peers.
    pub(in crate::channels) fn newcomer(&mut self, number: u32, id: IdSource<'_>) -> Result<PeerId, Broken> {
        if self.last.is_some_and(|last| number <= last) {
            return Err(Broken);
        }
        let id = PeerId::elsewhere(id, &self.proxy).map_err(|_| Broken)?;
        self.last = Some(number);
        Ok(id)
    }

    /// The id of a member that speaks; `None` when it is not admitted.
    pub(in crate::channels) fn speaker(&self, number: u32) -> Result<Option<&PeerId>, Broken> {
        match self.peers.present_id(number) {
            None if self.peers.waiting_id(number).is_none() => Err(Broken),
            id => Ok(id),
        }
    }

    /// A member is about to leave.
    pub(in crate::channels) fn announce_leave(
        &mut self,
        number: u32,
        reason: LeaveReason,
    ) -> Result<(), Broken> {
        self.peers.get_mut(number).ok_or(Broken)?.leaves = Some(reason);
        Ok(())
    }

    /// Its members, and what counts them.
    pub(in crate::channels) fn into_parts(self) -> (Peers, Kept) {
        let Self { peers, mut kept, .. } = self;
        (peers, kept.take())
    }
}
