//! The slots of the other side.

use std::collections::VecDeque;

use nws_protocol::limits::LINK_SLOTS_PER_MESSAGE;
use nws_protocol::link::{Element, Slot, Tag};

use super::PeerSlot;
use super::tags::Bearers;
use crate::Refusal;

/// The slots of the other side. Their number is bounded by the lifetime of the link.
pub(super) struct PeerSlots {
    slots: Vec<State>,
    live: usize,
    /// Blinded elements that wait to be evaluated. With those in `working` there are at most as
    /// many as a message has.
    waiting: VecDeque<Element>,
    /// How many of those that wait may be evaluated.
    granted: usize,
    /// How many are being evaluated.
    working: usize,
    /// Slots that have been evaluated.
    evaluated: usize,
    /// How many of the evaluated slots have their tags.
    tagged: usize,
    live_max: usize,
    lifetime_max: usize,
}

/// What is known of one slot.
#[derive(Default)]
struct State {
    /// Its tag has come.
    tagged: bool,
    /// Its tag, while it is live.
    tag: Option<Tag>,
    /// The other side has left it.
    left: bool,
    /// We were in the channel of the slot, and have left.
    parted: bool,
    /// Our slot for the same channel.
    own: Option<Slot>,
}

impl PeerSlots {
    pub(super) fn new(live_max: u16, lifetime_max: u16) -> Self {
        Self {
            slots: Vec::new(),
            live: 0,
            waiting: VecDeque::new(),
            granted: 0,
            working: 0,
            evaluated: 0,
            tagged: 0,
            live_max: live_max.into(),
            lifetime_max: lifetime_max.into(),
        }
    }

    /// The other side has new slots.
    pub(super) fn ask(&mut self, first: Slot, elements: &[Element]) -> Result<(), Refusal> {
        let added = elements.len();
        let wrong = [
            (added > LINK_SLOTS_PER_MESSAGE, Refusal::Message),
            (usize::from(first) != self.slots.len(), Refusal::Order),
            (self.slots.len() + added > self.lifetime_max, Refusal::Lifetime),
            (self.live + added > self.live_max, Refusal::Live),
            (self.waiting.len() + self.working + added > LINK_SLOTS_PER_MESSAGE, Refusal::Waiting),
        ];
        if let Some((_, refusal)) = wrong.into_iter().find(|(is_wrong, _)| *is_wrong) {
            return Err(refusal);
        }
        self.slots.resize_with(self.slots.len() + added, State::default);
        self.live += added;
        self.waiting.extend(elements);
        Ok(())
    }

    pub(super) fn grant(&mut self, count: usize) {
        self.granted = self.granted.saturating_add(count).min(self.waiting.len());
    }

    /// The elements that may be evaluated next: none while others are being evaluated.
    pub(super) fn next_granted(&mut self) -> Vec<Element> {
        if self.working > 0 {
            return Vec::new();
        }
        self.working = std::mem::take(&mut self.granted);
        self.waiting.drain(..self.working).collect()
    }

    /// The elements that were given out are evaluated. Gives the slot of the first one.
    pub(super) fn evaluated(&mut self) -> Slot {
        let first = self.evaluated;
        self.evaluated += std::mem::take(&mut self.working);
        first as Slot
    }

    /// Checks that as many as `count` tags may come now, from the slot `first` on.
    pub(super) fn check_tags(&self, first: Slot, count: usize) -> Result<(), Refusal> {
        if count > LINK_SLOTS_PER_MESSAGE {
            return Err(Refusal::Message);
        }
        if usize::from(first) + count > self.evaluated {
            return Err(Refusal::TagEarly);
        }
        Ok(())
    }

    /// The tag of an evaluated slot has come. Gives whether the slot is live.
    pub(super) fn tag(&mut self, slot: Slot, tag: Tag) -> Result<bool, Refusal> {
        let state = &mut self.slots[usize::from(slot)];
        if state.tagged {
            return Err(Refusal::TagTwice);
        }
        state.tagged = true;
        self.tagged += 1;
        state.tag = (!state.left).then_some(tag);
        Ok(!state.left)
    }

    /// How many slots the other side has asked for.
    pub(super) fn asked(&self) -> usize {
        self.slots.len()
    }

    /// How many of its slots have their tags.
    pub(super) fn tagged(&self) -> usize {
        self.tagged
    }

    /// The live slots that have `tag`.
    pub(super) fn bearers(&self, tag: &Tag) -> Bearers {
        let slots = self.slots.iter().zip(0..);
        Bearers::among(slots.filter_map(|(state, slot)| Some((slot, state.tag.as_ref()?))), tag)
    }

    /// The other side has left a slot. Gives our slot for the same channel.
    pub(super) fn leave(&mut self, slot: Slot) -> Result<Option<Slot>, Refusal> {
        let state = self.slots.get_mut(usize::from(slot)).filter(|state| !state.left);
        let state = state.ok_or(Refusal::Leave)?;
        state.left = true;
        state.tag = None;
        self.live -= 1;
        Ok(state.own.take())
    }

    pub(super) fn join(&mut self, slot: Slot, own: Slot) {
        self.slots[usize::from(slot)].own = Some(own);
    }

    /// We are no longer in the channel of `slot`.
    pub(super) fn part(&mut self, slot: Slot) {
        let state = &mut self.slots[usize::from(slot)];
        state.own = None;
        state.parted = true;
    }

    pub(super) fn standing(&self, slot: Slot) -> PeerSlot {
        match self.slots.get(usize::from(slot)) {
            Some(State { own: Some(own), .. }) => PeerSlot::Matched { own: *own },
            Some(state) if state.left || state.parted => PeerSlot::Left,
            _ => PeerSlot::Unmatched,
        }
    }
}
