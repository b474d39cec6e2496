//! Members of this proxy for which another proxy has no room. Each is told, and nothing is said into a void.

use std::borrow::Cow;

use nws_protocol::structured::{ErrorCode, Refusal};

use super::{ChannelId, Channels, ConnId, Framing};

const REASON: &str = "another machine has no room for more peers in this channel: peers there do not see this one, and \
     do not hear what it says";

impl Channels {
    /// The proxy behind `trunk` shows the member `number` of this proxy to nobody.
    pub(super) fn on_not_admitted(&mut self, trunk: ConnId, id: ChannelId, number: u32) {
        // A member that is not there has left meanwhile.
        if let Some(conn) = self.channels[id].numbered(number)
            && self.trunk_mut(trunk).is_some_and(|trunk| trunk.not_admitted.insert(number))
            && self.members[conn].framing == Framing::Structured
        {
            // The other proxy may say it again and again: what that makes wait is its debt.
            self.tell_error_because_of(trunk, conn, &Refusal::new(ErrorCode::NotAdmitted, REASON));
        }
    }

    /// The proxy behind `trunk` has got room for the member `number` of this proxy.
    pub(super) fn on_admitted(&mut self, trunk: ConnId, number: u32) {
        if let Some(trunk) = self.trunk_mut(trunk) {
            trunk.not_admitted.remove(&number);
        }
    }

    /// The member `number` of this proxy has left.
    pub(super) fn forget_not_admitted(&mut self, id: ChannelId, number: u32) {
        for &trunk in &self.channels[id].trunks {
            if let Some(trunk) = self.members.get_mut(trunk).and_then(|member| member.trunk.as_deref_mut()) {
                trunk.not_admitted.remove(&number);
            }
        }
    }

    /// Whether the proxy behind `trunk` has not admitted the member `number` of this proxy.
    pub(super) fn is_not_admitted(&self, trunk: ConnId, number: u32) -> bool {
        self.members[trunk].trunk.as_ref().is_some_and(|trunk| trunk.not_admitted.contains(&number))
    }

    /// Tells a member that the peer to which it speaks does not hear it.
    #[cold]
    pub(super) fn tell_not_admitted(&mut self, conn: ConnId, target: &str) {
        let mut refusal = Refusal::new(ErrorCode::NotAdmitted, REASON);
        refusal.target = Some(Cow::Borrowed(target));
        self.tell_error(conn, &refusal);
    }
}
