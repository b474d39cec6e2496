//! Members of other proxies that leave together, as their link is over: there may be many, so they leave in turns.
//!
//! Until it has left, each counts as present: whoever joins meanwhile is told of it first, and nobody gets its id. So no
//! link is heard in a channel before all who leave it have left, and its turns go to that first.

use std::collections::VecDeque;
use std::time::Instant;

use crate::channels::rosters::{ChannelId, Departure};
use crate::channels::{Channels, Turn};

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

impl Departing {
    /// When there is something to do: at once, if at all.
    pub(in crate::channels) fn next(&self) -> Option<Instant> {
        self.since
    }
}

impl Channels {
    /// Begins a departure. As most are short it also ends, if a turn is enough.
    #[cold]
    pub(super) fn begin_departure(&mut self, id: ChannelId, departure: Departure, now: Instant) {
        let Some(channel) = self.rosters.channel_mut(id) else { return };
        channel.departures.push_back(departure);
        let is_first = channel.departures.len() == 1;
        let turn = &mut Turn::of(self.config.records_per_turn);
        if is_first
            && !self.depart(id, turn)
            && let Some(channel) = self.rosters.channel_mut(id)
            && !std::mem::replace(&mut channel.is_departing, true)
        {
            self.departing.channels.push_back(id);
            self.departing.since.get_or_insert(now);
        }
    }

    /// Goes on with all departures, to the end of the turn.
    pub(in crate::channels) fn continue_departures(&mut self, turn: &mut Turn) {
        while !turn.is_over()
            && let Some(id) = self.departing.channels.pop_front()
        {
            if !self.depart(id, turn) {
                self.departing.channels.push_back(id);
            } else if let Some(channel) = self.rosters.channel_mut(id) {
                channel.is_departing = false;
            }
        }
        if self.departing.channels.is_empty() {
            self.departing.since = None;
        }
    }

    /// Before a group is heard all have to leave its channel who still do: goes on with that, and gives whether it takes
    /// another turn. So the ids of a proxy are free before its next link brings them again.
    pub(super) fn depart_before(&mut self, id: ChannelId, turn: &mut Turn) -> bool {
        self.first_departure(id).is_some() && !self.depart(id, turn)
    }

    /// Goes on with the departures from one channel. Gives whether that was all.
    #[cold]
    fn depart(&mut self, id: ChannelId, turn: &mut Turn) -> bool {
        while let Some(departure) = self.first_departure(id) {
            let (group, peer, left) = (departure.group, departure.peers.pop(), departure.peers.len());
            let (fresh, frames) = (self.delivery.fresh_bytes(), self.delivery.frames());
            match peer {
                Some(gone) if gone.was_present => self.miss(id, group, &gone.peer.id, None),
                // Nobody is told, so some of them count as one.
                Some(_) if !left.is_multiple_of(UNSEEN_PER_RECORD) => continue,
                Some(_) => {}
                None => self.end_departure(id),
            }
            let queued = self.delivery.fresh_bytes().saturating_sub(fresh);
            turn.spend_record(0, queued, self.delivery.frames() - frames);
            if turn.is_over()
                && let Some(departure) = self.first_departure(id)
            {
                // Giving back overdraws nothing.
                let _ = departure.kept.set(departure.peers.bytes());
                return false;
            }
        }
        self.rosters.close_if_empty(id);
        true
    }

    fn end_departure(&mut self, id: ChannelId) {
        if let Some(channel) = self.rosters.channel_mut(id) {
            channel.departures.pop_front();
        }
    }

    fn first_departure(&mut self, id: ChannelId) -> Option<&mut Departure> {
        self.rosters.channel_mut(id)?.departures.front_mut()
    }
}
