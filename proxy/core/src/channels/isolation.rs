//! Tells every client of a channel once that the channel reaches no other machine, because too many
//! channels are open.

use nws_protocol::ChannelName;
use nws_protocol::structured::Notice;

use super::delivery::OutboxFrame;
use super::{Channels, ConnId, Framing};

const REASON: &str = "too many channels are open on this machine: this one reaches no other machine";

impl Channels {
    // If this were inlined, each message would cost about ten instructions more.
    #[cold]
    pub(super) fn on_isolated(&mut self, name: &ChannelName, is_isolated: bool) {
        let id = self.rosters.find_network(name);
        let Some(channel) = id.and_then(|id| self.rosters.channel_mut(id)) else { return };
        if std::mem::replace(&mut channel.is_isolated, is_isolated) || !is_isolated {
            return;
        }
        let present: Vec<ConnId> = channel.present.iter().map(|entry| entry.conn).collect();
        present.into_iter().for_each(|conn| self.tell_isolated(conn));
    }

    #[cold]
    pub(super) fn tell_isolated(&mut self, conn: ConnId) {
        let Self { rosters, delivery, encoded, .. } = self;
        if let Some(client) = rosters.client(conn).filter(|client| client.framing == Framing::Structured) {
            encoded.clear();
            Notice::Limit { you: &client.id, reason: REASON }.write_frame(encoded);
            delivery.send(conn, conn, &OutboxFrame::Copied(encoded));
        }
    }
}
