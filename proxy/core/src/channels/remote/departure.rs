//! Lets the members of other proxies whose link is over leave. They leave together, and there may
//! be many, so they leave in turns.
//!
//! Until it has left, each counts as present: a client that joins meanwhile is told of it first,
//! and no other member gets its id. So a link is not read in a channel until all departures from
//! that channel are complete. Its turns go to them first.

use std::collections::VecDeque;
use std::time::Instant;

use crate::channels::rosters::{ChannelId, Departure};
use crate::channels::{Channels, Turn};

/// Members that were not admitted, of which this many leave in the time that one admitted member
/// takes.
const UNSEEN_PER_RECORD: usize = 8;

/// The channels from which some members are departing.
#[derive(Default)]
pub(in crate::channels) struct Departing {
    /// In the order of their turns, each once.
    channels: VecDeque<ChannelId>,
    /// The time since which there has been one.
    since: Option<Instant>,
}

impl Departing {
    /// The time at which there is something to do: at once, if at all.
    pub(in crate::channels) fn next(&self) -> Option<Instant> {
        self.since
    }
}

impl Channels {
    /// Begins a departure. As most are short, it also ends here if a turn is enough.
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

    /// Continues all departures, to the end of the turn.
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

    /// Continues the departures from a channel, before a group in it is read. Gives whether that
    /// takes another turn. So the ids of a proxy are free before its next link announces them
    /// again.
    pub(super) fn depart_before(&mut self, id: ChannelId, turn: &mut Turn) -> bool {
        self.first_departure(id).is_some() && !self.depart(id, turn)
    }

    /// Continues the departures from one channel. Gives whether all are complete.
    #[cold]
    fn depart(&mut self, id: ChannelId, turn: &mut Turn) -> bool {
        while let Some(departure) = self.first_departure(id) {
            let (group, peer, left) = (departure.group, departure.peers.pop(), departure.peers.len());
            let (fresh, frames) = (self.delivery.fresh_bytes(), self.delivery.frames());
            match peer {
                Some(gone) if gone.was_present => self.remove_peer(id, group, &gone.peer.id, None),
                // These members were shown to none, so several of them count as one.
                Some(_) if !left.is_multiple_of(UNSEEN_PER_RECORD) => continue,
                Some(_) => {}
                None => self.end_departure(id),
            }
            let queued = self.delivery.fresh_bytes().saturating_sub(fresh);
            turn.spend_record(0, queued, self.delivery.frames() - frames);
            if turn.is_over()
                && let Some(departure) = self.first_departure(id)
            {
                // Fewer bytes overdraw nothing.
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
