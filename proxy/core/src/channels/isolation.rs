//! Channels that reach no other machine, as there are too many: whoever is in one is told, once.

use nws_protocol::structured::Notice;
use nws_protocol::{ChannelName, Scope};

use super::{ChannelKey, Channels, ConnId, Framing};

const REASON: &str = "too many channels are open on this machine: this one reaches nobody on others";

impl Channels {
    // Where it is not apart, each message costs some ten instructions more.
    #[cold]
    pub(super) fn on_isolated(&mut self, name: &ChannelName, is_isolated: bool) {
        let key = ChannelKey { scope: Scope::Network, name: name.clone() };
        let Some(channel) = self.by_key.get(&key).map(|id| &mut self.channels[*id]) else { return };
        if std::mem::replace(&mut channel.is_isolated, is_isolated) || !is_isolated {
            return;
        }
        let present = channel.present.clone();
        present.into_iter().for_each(|conn| self.tell_isolated(conn));
    }

    #[cold]
    pub(super) fn tell_isolated(&mut self, conn: ConnId) {
        let member = &self.members[conn];
        if member.framing == Framing::Structured {
            let mut encoded = std::mem::take(&mut self.encoded);
            Notice::Limit { you: &member.id, reason: REASON }.write_frame(&mut encoded);
            self.queue_encoded(conn, conn, encoded);
        }
    }
}
