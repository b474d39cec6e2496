//! Decides which members of other proxies are present: no more than there is room for.

use std::time::Instant;

use nws_protocol::limits::LINK_PEERS_MAX;
use nws_protocol::link::Record;
use nws_protocol::structured::{LeaveReason, Notice};
use nws_protocol::{IdSource, PeerId};

use crate::channels::rosters::{Broken, ChannelId, Departure, Holder, RemoteGroup, Removed};
use crate::channels::{Channels, ConnId, Output};

impl Channels {
    pub(super) fn join_elsewhere(
        &mut self,
        conn: ConnId,
        id: ChannelId,
        number: u32,
        source: IdSource<'_>,
    ) -> Result<(), Broken> {
        self.deliver();
        let peers_max = self.config.channel_peers_max;
        let group = self.rosters.group_mut(conn).filter(|group| group.peers.len() < LINK_PEERS_MAX);
        let group = group.ok_or(Broken)?;
        let is_first = !group.had_peers();
        let peer = group.newcomer(number, source)?;
        let has_room = group.peers.present_count() < peers_max;
        group.peers.add(number, peer);
        let counted = group.count_kept();
        if let Some(channel) = self.rosters.channel_mut(id).filter(|_| is_first) {
            channel.groups_with_peers += 1;
        }
        counted?;
        if has_room {
            return self.admit_elsewhere(conn, id, number);
        }
        self.delivery.ask(Output::Full);
        self.send_record(conn, conn, Record::NotAdmitted { member: number });
        Ok(())
    }

    pub(super) fn leave_elsewhere(&mut self, conn: ConnId, id: ChannelId, number: u32) -> Result<(), Broken> {
        self.deliver();
        let group = self.rosters.group_mut(conn).ok_or(Broken)?;
        let Removed { peer, was_present } = group.peers.remove(number).ok_or(Broken)?;
        let next = group.peers.first_waiting().filter(|_| was_present);
        if was_present {
            self.remove_peer(id, conn, &peer.id, peer.leaves);
        }
        if let Some(next) = next {
            self.admit_elsewhere(conn, id, next)?;
            self.send_record(conn, conn, Record::Admitted { member: next });
        }
        self.count_kept(conn)
    }

    /// Takes a group and all its members out of its channel.
    pub(in crate::channels) fn remove_group(&mut self, conn: ConnId, group: RemoteGroup, now: Instant) {
        if let Some(id) = self.rosters.remove_group(&group) {
            self.welcomes.note_change(id);
            self.begin_departure(id, Departure::of(conn, group), now);
            self.rosters.close_if_empty(id);
        }
    }

    /// Tells the members that a member of another proxy has left.
    pub(super) fn remove_peer(
        &mut self,
        id: ChannelId,
        cause: ConnId,
        peer: &PeerId,
        reason: Option<LeaveReason>,
    ) {
        if let Some(channel) = self.rosters.channel_mut(id) {
            channel.release(peer);
        }
        self.tell_all(id, cause, peer, |you, peer| Notice::Disconnect { you, peer, reason });
    }

    /// Makes the member `number` of a group present. A proxy that has two members with one id
    /// breaks the rules.
    fn admit_elsewhere(&mut self, conn: ConnId, id: ChannelId, number: u32) -> Result<(), Broken> {
        let group = self.rosters.group(conn).ok_or(Broken)?;
        let peer = group.peers.waiting_id(number).ok_or(Broken)?.clone();
        let channel = self.rosters.channel_mut(id).ok_or(Broken)?;
        if !channel.claim(peer.clone(), Holder::Elsewhere { group: conn, number }) {
            return Err(Broken);
        }
        self.rosters.group_mut(conn).ok_or(Broken)?.peers.admit(number);
        self.tell_all(id, conn, &peer, |you, peer| Notice::Connect { you, peer });
        Ok(())
    }
}
