//! Which members of other proxies are present: not more than there is room for.

use std::time::Instant;

use nws_protocol::limits::LINK_PEERS_MAX;
use nws_protocol::link::Record;
use nws_protocol::structured::{LeaveReason, Notice};
use nws_protocol::{IdSource, PeerId};

use super::Broken;
use super::departure::Departure;
use super::peers::Removed;
use crate::channels::channel::Holder;
use crate::channels::member::Place;
use crate::channels::{ChannelId, Channels, ConnId, Output};

impl Channels {
    pub(super) fn join_elsewhere(
        &mut self,
        conn: ConnId,
        id: ChannelId,
        number: u32,
        peer: IdSource<'_>,
    ) -> Result<(), Broken> {
        self.deliver();
        let peers_max = self.config.channel_peers_max;
        let trunk = self.trunk_mut(conn).filter(|trunk| trunk.peers.len() < LINK_PEERS_MAX).ok_or(Broken)?;
        let had_peers = trunk.had_peers();
        let peer = trunk.newcomer(number, peer);
        self.channels[id].trunks_with_peers += usize::from(!had_peers);
        let (peer, trunk) = (peer?, self.trunk_mut(conn).ok_or(Broken)?);
        let has_room = trunk.present_count() < peers_max;
        trunk.peers.add(number, peer);
        trunk.reckon()?;
        if has_room {
            return self.admit_elsewhere(conn, id, number);
        }
        self.outputs.push_back(Output::Full);
        self.hand_over(conn, conn, Record::NotAdmitted { member: number });
        Ok(())
    }

    pub(super) fn leave_elsewhere(&mut self, conn: ConnId, id: ChannelId, number: u32) -> Result<(), Broken> {
        self.deliver();
        let trunk = self.trunk_mut(conn).ok_or(Broken)?;
        let Removed { peer, was_present } = trunk.peers.remove(number).ok_or(Broken)?;
        let next = trunk.peers.first_waiting().filter(|_| was_present);
        if was_present {
            self.miss(id, conn, &peer.id, peer.leaves);
        }
        if let Some(next) = next {
            self.admit_elsewhere(conn, id, next)?;
            self.hand_over(conn, conn, Record::Admitted { member: next });
        }
        Ok(self.trunk_mut(conn).ok_or(Broken)?.reckon()?)
    }

    /// Everybody behind the trunk `conn` leaves the channel `id`, in which the trunk had `seat`.
    pub(in crate::channels) fn clear_trunk(
        &mut self,
        conn: ConnId,
        id: ChannelId,
        seat: usize,
        now: Instant,
    ) {
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
        let Some(trunk) = self.members.get_mut(conn).and_then(|member| member.trunk.as_deref_mut()) else {
            return;
        };
        self.channels[id].trunks_with_peers -= usize::from(trunk.had_peers());
        trunk.not_admitted.clear();
        let departure = Departure::of(conn, trunk);
        self.begin_departure(id, departure, now);
    }

    /// A member of another proxy is present no more.
    pub(super) fn miss(&mut self, id: ChannelId, cause: ConnId, peer: &PeerId, reason: Option<LeaveReason>) {
        self.channels[id].release(peer);
        self.tell_all(id, cause, peer, |you, peer| Notice::Disconnect { you, peer, reason });
    }

    /// The member `number` of the trunk `conn` is present from now on. A proxy that has two members of one id breaks the rules.
    fn admit_elsewhere(&mut self, conn: ConnId, id: ChannelId, number: u32) -> Result<(), Broken> {
        let peer =
            self.trunk_mut(conn).and_then(|trunk| trunk.peers.waiting_id(number)).ok_or(Broken)?.clone();
        if !self.channels[id].claim(peer.clone(), Holder::Elsewhere { trunk: conn, number }) {
            return Err(Broken);
        }
        self.trunk_mut(conn).ok_or(Broken)?.peers.admit(number);
        self.tell_all(id, conn, &peer, |you, peer| Notice::Connect { you, peer });
        Ok(())
    }
}
