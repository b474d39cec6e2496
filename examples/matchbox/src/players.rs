//! Who is who: peers of the channel, and players of the game.

use std::collections::HashMap;

use matchbox_socket::PeerId;
use networkwebsockets::Peer;

/// The players that have said who they are.
#[derive(Debug, Default)]
pub(crate) struct Players {
    /// The peer of each. None while there is no connection to the proxy: the game may go on meanwhile.
    peers: HashMap<PeerId, Option<Peer>>,
    ids: HashMap<String, PeerId>,
}

impl Players {
    /// Somebody has said who it is. Gives whether it is new.
    pub(crate) fn insert(&mut self, peer: Peer, player: PeerId) -> bool {
        self.ids.insert(peer.id().to_owned(), player);
        self.peers.insert(player, Some(peer)).is_none()
    }

    /// A peer has left the channel, and so its player has left.
    pub(crate) fn remove(&mut self, peer: &Peer) -> Option<PeerId> {
        let player = self.ids.remove(peer.id())?;
        self.peers.remove(&player);
        Some(player)
    }

    /// The connection to the proxy is lost, and a peer cannot be reached by it.
    pub(crate) fn lose(&mut self, peer: &Peer) {
        if let Some(player) = self.ids.remove(peer.id()) {
            self.peers.insert(player, None);
        }
    }

    pub(crate) fn player(&self, peer: &Peer) -> Option<PeerId> {
        self.ids.get(peer.id()).copied()
    }

    pub(crate) fn peer(&self, player: PeerId) -> Option<Peer> {
        self.peers.get(&player).cloned().flatten()
    }
}
