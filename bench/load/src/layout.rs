//! Numbers the connections: channels of equal size, one after the other.

/// The numbers of connections. Those of one channel follow each other.
#[derive(Clone, Copy)]
pub(crate) struct Layout {
    pub(crate) channels: usize,
    /// Connections of one channel.
    pub(crate) peers: usize,
    /// The number of peers that send: the first ones of a channel.
    pub(crate) senders: usize,
    /// The number of channels in which peers send: the first ones.
    pub(crate) active: usize,
}

impl Layout {
    pub(crate) fn connections(self) -> usize {
        self.channels * self.peers
    }

    pub(crate) fn connection(self, channel: usize, peer: usize) -> usize {
        channel * self.peers + peer
    }

    pub(crate) fn channel(self, connection: usize) -> usize {
        connection / self.peers
    }

    pub(crate) fn peer(self, connection: usize) -> usize {
        connection % self.peers
    }

    /// The number of a sender among the senders of all channels.
    pub(crate) fn sender(self, channel: usize, peer: usize) -> usize {
        channel * self.senders + peer
    }

    /// The channel and the peer of the sender with this number.
    pub(crate) fn sending(self, sender: usize) -> (usize, usize) {
        (sender / self.senders, sender % self.senders)
    }

    /// The other peer of a pair. Each even number and the odd one after it form a pair.
    pub(crate) fn partner(self, connection: usize) -> usize {
        let (channel, peer) = (self.channel(connection), self.peer(connection));
        self.connection(channel, peer ^ 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_places_agree() {
        let layout = Layout { channels: 3, peers: 4, senders: 2, active: 3 };
        assert_eq!(layout.connections(), 12);
        for connection in 0..layout.connections() {
            let (channel, peer) = (layout.channel(connection), layout.peer(connection));
            assert_eq!(layout.connection(channel, peer), connection);
            assert_eq!(layout.partner(layout.partner(connection)), connection);
            assert_eq!(layout.channel(layout.partner(connection)), channel);
        }
        assert_eq!(layout.sending(layout.sender(2, 1)), (2, 1));
    }
}
