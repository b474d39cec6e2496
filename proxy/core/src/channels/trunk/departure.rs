//! Members of other proxies that leave together, as their link is over: there may be many, so they leave in turns.
//!
//! Until it has left, each counts as present: whoever joins meanwhile is told of it first, and nobody gets its id. So no
//! link is heard in a channel before all who leave it have left, and its turns go to that first.

use std::collections::VecDeque;
use std::time::Instant;

use nws_protocol::PeerId;

use super::Trunk;
use super::peers::Peers;
use crate::Kept;
use crate::channels::{ChannelId, Channels, ConnId, Turn};

/// Members that were not admitted and leave in the time that one takes which was.
const UNSEEN_PER_RECORD: usize = 8;

/// The channels from which some leave.
#[derive(Default)]
pub(in crate::channels) struct Departing {
    /// In the order of their turns, each once.
    channels: VecDeque<ChannelId>,
    /// Since when there is any.
    since: Option<Instant>,
}

/// Those behind one link that have not left yet.
pub(in crate::channels) struct Departure {
    /// The trunk that was theirs.
    trunk: ConnId,
    peers: Peers,
    /// They count until they have left.
    kept: Kept,
}

impl Departing {
    /// When there is something to do: at once, if at all.
    pub(in crate::channels) fn next(&self) -> Option<Instant> {
        self.since
    }
}

impl Departure {
    /// All who are behind `trunk`.
    pub(super) fn of(conn: ConnId, trunk: &mut Trunk) -> Self {
        Self { trunk: conn, peers: std::mem::take(&mut trunk.peers), kept: trunk.kept.hand_over() }
    }

    pub(in crate::channels) fn present_count(&self) -> usize {
        self.peers.present_count()
    }

    pub(in crate::channels) fn present(&self) -> impl Iterator<Item = &PeerId> {
        self.peers.present()
    }
}

impl Channels {
    /// Begins a departure. As most are short it also ends, if a turn is enough.
    #[cold]
    pub(super) fn begin_departure(&mut self, id: ChannelId, departure: Departure, now: Instant) {
        self.channels[id].departures.push_back(departure);
        let turn = &mut Turn::of(self.config.records_per_turn);
        if self.channels[id].departures.len() == 1
            && !self.depart(id, turn)
            && !std::mem::replace(&mut self.channels[id].is_departing, true)
        {
            self.departing.channels.push_back(id);
            self.departing.since.get_or_insert(now);
        }
    }

    /// Goes on with all departures, to the end of the turn.
    pub(in crate::channels) fn go_on_departing(&mut self, turn: &mut Turn) {
        while !turn.is_over()
            && let Some(id) = self.departing.channels.pop_front()
        {
            if !self.depart(id, turn) {
                self.departing.channels.push_back(id);
            } else if let Some(channel) = self.channels.get_mut(id) {
                channel.is_departing = false;
            }
        }
        if self.departing.channels.is_empty() {
            self.departing.since = None;
        }
    }

    /// Before a trunk is heard all have to leave its channel who still do: goes on with that, and gives whether it takes
    /// another turn. So the ids of a proxy are free before its next link brings them again.
    pub(super) fn depart_before(&mut self, id: ChannelId, turn: &mut Turn) -> bool {
        self.first_departure(id).is_some() && !self.depart(id, turn)
    }

    /// Goes on with the departures from one channel; the answer is whether that was all.
    #[cold]
    fn depart(&mut self, id: ChannelId, turn: &mut Turn) -> bool {
        while let Some(departure) = self.first_departure(id) {
            let (trunk, peer, left) = (departure.trunk, departure.peers.pop(), departure.peers.len());
            let (queued, frames) = (self.fresh, self.frames);
            match peer {
                Some(gone) if gone.was_present => self.miss(id, trunk, &gone.peer.id, None),
                // Nobody is told, so some of them count as one.
                Some(_) if !left.is_multiple_of(UNSEEN_PER_RECORD) => continue,
                Some(_) => {}
                None => drop(self.channels[id].departures.pop_front()),
            }
            turn.spend_record(0, self.fresh.saturating_sub(queued), self.frames - frames);
            if turn.is_over()
                && let Some(departure) = self.first_departure(id)
            {
                // Giving back overdraws nothing.
                let _ = departure.kept.set(departure.peers.bytes());
                return false;
            }
        }
        self.close_if_empty(id);
        true
    }

    fn first_departure(&mut self, id: ChannelId) -> Option<&mut Departure> {
        self.channels.get_mut(id)?.departures.front_mut()
    }
}
