//! Handles members of this proxy for which another proxy has no room. Each is told, so that it does
//! not speak to a peer that never hears it.

use std::borrow::Cow;

use nws_protocol::structured::{ErrorCode, Refusal};

use crate::channels::rosters::ChannelId;
use crate::channels::{Channels, ConnId, Framing};

const REASON: &str = "another machine has no room for more peers in this channel: peers there do not see this one, and \
     do not hear what it says";

impl Channels {
    /// The proxy of a group does not show the member `number` of this proxy to its own members.
    pub(super) fn on_not_admitted(&mut self, group: ConnId, id: ChannelId, number: u32) {
        // A member that is not found has left meanwhile.
        let conn = self.rosters.channel(id).and_then(|channel| channel.numbered(number));
        if let Some(conn) = conn
            && self.rosters.group_mut(group).is_some_and(|group| group.not_admitted.insert(number))
            && self.rosters.client(conn).is_some_and(|client| client.framing == Framing::Structured)
        {
            // The other proxy may repeat this as often as it likes. What waits because of it counts
            // as its debt.
            self.tell_error_because_of(group, conn, &Refusal::new(ErrorCode::NotAdmitted, REASON));
        }
    }

    /// The member `number` of this proxy has left.
    pub(in crate::channels) fn forget_not_admitted(&mut self, id: ChannelId, number: u32) {
        let count = self.rosters.channel(id).map_or(0, |channel| channel.groups.len());
        for index in 0..count {
            let conn = self.rosters.channel(id).and_then(|channel| channel.groups.get(index).copied());
            if let Some(group) = conn.and_then(|conn| self.rosters.group_mut(conn)) {
                group.not_admitted.remove(&number);
            }
        }
    }

    /// Tells a member that the peer to which it speaks does not hear it.
    #[cold]
    pub(in crate::channels) fn tell_not_admitted(&mut self, conn: ConnId, target: &str) {
        self.tell_error(conn, &not_admitted(target));
    }
}

/// The refusal of a message to a peer whose proxy has no room for the sender.
pub(in crate::channels) fn not_admitted(target: &str) -> Refusal<'_> {
    Refusal { target: Some(Cow::Borrowed(target)), ..Refusal::new(ErrorCode::NotAdmitted, REASON) }
}
