//! Which members of other proxies are present: not those whose id somebody else has, nor more than there is room for.

use nws_protocol::PeerId;
use nws_protocol::limits::LINK_PEERS_MAX;
use nws_protocol::structured::{LeaveReason, Notice};

use super::{Broken, Standing};
use crate::channels::channel::Holder;
use crate::channels::member::Place;
use crate::channels::{ChannelId, Channels, ConnId};

impl Channels {
    pub(super) fn join_elsewhere(
        &mut self,
        conn: ConnId,
        id: ChannelId,
        number: u32,
        chosen: bool,
        peer: &str,
    ) -> Result<(), Broken> {
        self.deliver();
        let trunk = self.trunk_mut(conn).filter(|trunk| trunk.peers.len() < LINK_PEERS_MAX).ok_or(Broken)?;
        let peer = trunk.newcomer(number, chosen, peer)?;
        trunk.add(number, peer.clone(), Standing::Absent);
        self.admit_elsewhere(conn, id, number, &peer);
        Ok(())
    }

    pub(super) fn leave_elsewhere(&mut self, conn: ConnId, id: ChannelId, number: u32) -> Result<(), Broken> {
        self.deliver();
        let peer = self.trunk_mut(conn).ok_or(Broken)?.remove(number)?;
        match peer.standing {
            Standing::Present => {
                self.miss(id, conn, &peer.id, peer.leaves);
                self.let_crowd_in(conn, id);
            }
            Standing::Absent => self.channels[id].absent.remove(&peer.id, conn, number),
            Standing::Crowded => {}
        }
        Ok(())
    }

    /// Everybody behind the trunk `conn` leaves the channel `id`, in which the trunk had `seat`.
    pub(in crate::channels) fn clear_trunk(&mut self, conn: ConnId, id: ChannelId, seat: usize) {
        self.channels[id].trunks.swap_remove(seat);
        if let Some(found) = &mut self.channels[id].found
            && let Some(member) = self.members.get(conn)
            && let Some(trunk) = &member.trunk
        {
            found.retain(|proxy| *proxy != trunk.proxy);
        }
        self.welcomes.note_change(id);
        if let Some(&moved) = self.channels[id].trunks.get(seat) {
            self.members[moved].place = Some(Place { channel: id, seat: Some(seat) });
        }
        let Some(trunk) = self.trunk_mut(conn) else { return };
        trunk.crowded.clear();
        trunk.present = 0;
        let peers = std::mem::take(&mut trunk.peers);
        // First those who could only come in, so that nobody comes to leave at once.
        let (present, others): (Vec<_>, Vec<_>) =
            peers.into_iter().partition(|(_, peer)| peer.standing == Standing::Present);
        for (number, peer) in others {
            self.channels[id].absent.remove(&peer.id, conn, number);
        }
        for (_, peer) in present {
            self.miss(id, conn, &peer.id, None);
        }
    }

    /// A member of another proxy is present no more.
    fn miss(&mut self, id: ChannelId, cause: ConnId, peer: &PeerId, reason: Option<LeaveReason>) {
        self.channels[id].release(peer);
        self.tell_all(id, cause, peer, |you, peer| Notice::Disconnect { you, peer, reason });
        self.let_in(id, peer);
    }

    /// An id is free again: whoever came with it while it was taken is present from now on, or waits for room.
    pub(in crate::channels) fn let_in(&mut self, id: ChannelId, peer: &PeerId) {
        while let Some((trunk, number)) = self.channels[id].absent.next(peer) {
            self.channels[id].absent.remove(peer, trunk, number);
            if self.admit_elsewhere(trunk, id, number, peer) == Standing::Present {
                return;
            }
        }
    }

    /// Somebody behind a trunk has gone: whoever waits for that room comes in, in the order in which they came.
    fn let_crowd_in(&mut self, conn: ConnId, id: ChannelId) {
        while let Some(trunk) = self.trunk_mut(conn)
            && let Some(&number) = trunk.crowded.first()
            && let Some(peer) = trunk.peers.get(&number).map(|peer| peer.id.clone())
        {
            match self.admit_elsewhere(conn, id, number, &peer) {
                Standing::Present | Standing::Crowded => return,
                // It waits for its id from now on, and the room is for the next one.
                Standing::Absent => {}
            }
        }
    }

    /// Gives the member `number` of the trunk `conn` its place, and tells of it if that is among those who are present.
    fn admit_elsewhere(&mut self, conn: ConnId, id: ChannelId, number: u32, peer: &PeerId) -> Standing {
        let peers_max = self.config.channel_peers_max;
        let has_room = self.trunk_mut(conn).is_some_and(|trunk| trunk.present < peers_max);
        let channel = &mut self.channels[id];
        let standing = if !has_room {
            Standing::Crowded
        } else if channel.claim(peer.clone(), Holder::Elsewhere { trunk: conn, number }) {
            Standing::Present
        } else {
            channel.absent.add(peer.clone(), conn, number);
            Standing::Absent
        };
        if let Some(trunk) = self.trunk_mut(conn) {
            trunk.move_to(number, standing);
        }
        if standing == Standing::Present {
            self.tell_all(id, conn, peer, |you, peer| Notice::Connect { you, peer });
        }
        standing
    }
}
