//! Members of another proxy in one channel, as its link announces them.

use std::collections::BTreeSet;

use nws_protocol::limits::{KEPT_PER_CHANNEL, KEPT_PER_REFUSAL};
use nws_protocol::structured::LeaveReason;
use nws_protocol::{IdSource, PeerId, ProxyId};

use super::{ChannelId, Peers};
use crate::{Kept, Overdrawn, Share};

/// The remote group for which a link stream stands.
pub(in crate::channels) struct RemoteGroup {
    pub(in crate::channels) proxy: ProxyId,
    /// Its channel, and its index in the list of groups there. `None` when there are too many
    /// channels: then what comes from the group is ignored.
    pub(super) place: Option<(ChannelId, usize)>,
    pub(in crate::channels) peers: Peers,
    /// The numbers of those members of this proxy that the other one has not admitted.
    pub(in crate::channels) not_admitted: BTreeSet<u32>,
    /// The number that a newcomer has to exceed.
    last: Option<u32>,
    /// Bytes of a record whose end has not come.
    unfinished: usize,
    /// Bytes of a long message that is being encoded.
    encoding: usize,
    kept: Kept,
    /// All members that were present when the stream began are known.
    pub(in crate::channels) has_told_all: bool,
}

/// The other proxy broke the rules, or takes too much. The link is closed.
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

    /// Counts what is kept because of the group. The link may be overdrawn by that.
    pub(in crate::channels) fn count_kept(&mut self) -> Result<(), Overdrawn> {
        let refusals = self.not_admitted.len() * KEPT_PER_REFUSAL;
        self.kept.set(KEPT_PER_CHANNEL + self.peers.bytes() + refusals + self.unfinished + self.encoding)
    }

    /// Notes how many bytes have come of a record without an end.
    pub(in crate::channels) fn note_unfinished(&mut self, bytes: usize) -> Result<(), Overdrawn> {
        let before = std::mem::replace(&mut self.unfinished, bytes);
        if before == bytes && self.encoding == 0 { Ok(()) } else { self.count_kept() }
    }

    /// Notes how many bytes of a long message are being encoded; 0 when none is any more.
    pub(in crate::channels) fn note_encoding(&mut self, bytes: usize) {
        self.encoding = bytes;
    }

    /// Gives whether what is said to the group may have a recipient. A member that replaces the
    /// last one may receive what was said before this proxy knew of it. So it has to receive
    /// everything after that too.
    pub(in crate::channels) fn had_peers(&self) -> bool {
        self.last.is_some()
    }

    /// The id of a newcomer as it is known here, if the number and the id follow the rules for
    /// proxies. From now on the group has had peers.
    pub(in crate::channels) fn newcomer(&mut self, number: u32, id: IdSource<'_>) -> Result<PeerId, Broken> {
        if self.last.is_some_and(|last| number <= last) {
            return Err(Broken);
        }
        let id = PeerId::elsewhere(id, &self.proxy).map_err(|_| Broken)?;
        self.last = Some(number);
        Ok(id)
    }

    /// The id of the member that speaks; `None` when it is not admitted.
    pub(in crate::channels) fn speaker(&self, number: u32) -> Result<Option<&PeerId>, Broken> {
        match self.peers.present_id(number) {
            None if self.peers.waiting_id(number).is_none() => Err(Broken),
            id => Ok(id),
        }
    }

    /// Notes that a member is about to leave, and why.
    pub(in crate::channels) fn announce_leave(
        &mut self,
        number: u32,
        reason: LeaveReason,
    ) -> Result<(), Broken> {
        self.peers.get_mut(number).ok_or(Broken)?.leaves = Some(reason);
        Ok(())
    }

    /// Its members, and the [`Kept`] that counts them.
    pub(in crate::channels) fn into_parts(self) -> (Peers, Kept) {
        let Self { peers, kept, .. } = self;
        (peers, kept)
    }
}
