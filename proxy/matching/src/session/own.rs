//! Our slots, what they stand for, and how far each has come.

use std::collections::{BTreeMap, VecDeque};

use nws_protocol::ChannelName;
use nws_protocol::limits::{LINK_SLOTS_LATER, LINK_SLOTS_PER_MESSAGE};
use nws_protocol::link::{Element, Hello, Slot, Tag};
use rand_core::RngCore;
use zeroize::Zeroizing;

use super::tags::Bearers;
use crate::Refusal;
use crate::keys::Proofs;
use crate::oprf::Blind;
use crate::random::Random;
use crate::work::{Asked, Name};

/// Characters of a made-up name: enough that nobody guesses it. All names of up to 71 characters
/// take the same number of blocks of every hash.
const MADE_UP_LEN: usize = 32;

/// The characters of a made-up name.
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Our slots. Each goes through the same stages in the order of its number: it is blinded, sent,
/// evaluated by the other side, and proven. So the slots of one stage follow each other, and each
/// stage is a queue.
///
/// A padding slot stands for a made-up name. All that is done for the slot of a channel is done for
/// it: only the choice of what is offered and of what gives way looks at the difference.
#[derive(Default)]
pub(super) struct OwnSlots {
    /// The channels that we offer and the names that we made up, with their slots. There are as
    /// many as are offered, and as are padded.
    names: BTreeMap<ChannelName, Option<Slot>>,
    /// What the first slots are to stand for: channels and padding (`None`), shuffled.
    plan: VecDeque<Option<ChannelName>>,
    /// The channels that are to have slots after them.
    pending: VecDeque<ChannelName>,
    slots: Vec<State>,
    live: usize,
    /// How many slots are proven: the first ones.
    proven: usize,
    /// How many slots after them are being proven.
    proving: usize,
    /// The slots after those, which have been evaluated.
    evaluated: VecDeque<(Blind, Element)>,
    /// The slots after those, which wait to be evaluated.
    waiting: VecDeque<Blind>,
    /// How many slots are being blinded: the last ones.
    blinding: usize,
    live_max: usize,
    lifetime_max: usize,
}

/// What is known of one slot.
struct State {
    /// What it stands for, until it is left.
    channel: Option<ChannelName>,
    is_padding: bool,
    left: bool,
    /// The tag of the other side for the same channel, as soon as it is proven. It is kept when the
    /// slot is left.
    expected: Option<Tag>,
    /// The slot of the other side for the same channel.
    peer: Option<Slot>,
    /// Whether it is known that the other side was in the channel or not when we asked.
    searched: bool,
}

/// A slot that we have left.
pub(super) struct Leaving {
    /// The slot, if the other side knows it.
    pub(super) sent: Option<Slot>,
    /// The slot of the other side for the same channel.
    pub(super) peer: Option<Slot>,
}

/// The slots that expect a tag.
pub(super) struct Expecting {
    /// A live slot that does.
    pub(super) live: Option<Slot>,
    /// Whether a slot did that has been left.
    pub(super) left: bool,
}

impl OwnSlots {
    pub(super) fn offer(&mut self, channel: ChannelName) {
        if self.names.contains_key(&channel) {
            return;
        }
        self.names.insert(channel.clone(), None);
        match self.plan.iter_mut().find(|planned| planned.is_none()) {
            Some(padding) => *padding = Some(channel),
            None => self.pending.push_back(channel),
        }
    }

    pub(super) fn linger(&mut self, channel: &ChannelName) {
        if self.names.get(channel).is_some_and(Option::is_none) {
            self.withdraw(channel);
        }
    }

    pub(super) fn withdraw(&mut self, channel: &ChannelName) -> Option<Leaving> {
        let Some(slot) = self.names.remove(channel)? else {
            self.pending.retain(|pending| pending != channel);
            self.plan
                .iter_mut()
                .filter(|planned| planned.as_ref() == Some(channel))
                .for_each(|one| *one = None);
            return None;
        };
        let is_sent = usize::from(slot) < self.slots.len() - self.blinding;
        let peer = self.leave(slot);
        Some(Leaving { sent: is_sent.then_some(slot), peer })
    }

    /// The other side is there. It takes `live_max` slots at one time, and `lifetime_max`
    /// altogether.
    pub(super) fn begin(&mut self, live_max: u16, lifetime_max: u16, random: &mut Random) {
        self.live_max = live_max.into();
        self.lifetime_max = lifetime_max.into();
        let max = self.live_max.min(self.lifetime_max);
        let padded = Hello::slots_for(self.pending.len()).min(max);
        let taken = self.pending.len().min(padded);
        self.plan.extend(self.pending.drain(..taken).map(Some));
        self.plan.resize(padded, None);
        random.shuffle(self.plan.make_contiguous());
    }

    /// Gives the names that are to be blinded next, and slots that are left to make room.
    pub(super) fn next_names(&mut self, random: &mut Random) -> (Vec<Name>, Vec<Slot>) {
        let (batch, left) = match self.blinding {
            0 if !self.plan.is_empty() => (self.next_planned(), Vec::new()),
            0 => self.next_pending(random),
            _ => Default::default(),
        };
        self.blinding += batch.len();
        let names = batch.into_iter().map(|channel| self.add(channel, random)).collect();
        (names, left)
    }

    /// Takes planned slots in full messages, one after the other: the messages tell nothing but how
    /// many slots there are.
    fn next_planned(&mut self) -> Vec<Option<ChannelName>> {
        let room = if self.waiting.is_empty() { LINK_SLOTS_PER_MESSAGE } else { 0 };
        self.plan.drain(..room.min(self.plan.len())).collect()
    }

    fn next_pending(&mut self, random: &mut Random) -> (Vec<Option<ChannelName>>, Vec<Slot>) {
        let ever = self.lifetime_max - self.slots.len();
        let wanted = LINK_SLOTS_LATER.saturating_sub(self.waiting.len()).min(ever).min(self.pending.len());
        let mut left = Vec::new();
        while self.live + wanted > self.live_max
            && let Some(slot) = self.padding_slot(random)
        {
            self.leave(slot);
            left.push(slot);
        }
        let room = wanted.min(self.live_max - self.live);
        (self.pending.drain(..room).map(Some).collect(), left)
    }

    /// A live padding slot, chosen at random: the choice must not tell what the others stand for.
    fn padding_slot(&self, random: &mut Random) -> Option<Slot> {
        let is_one = |state: &State| state.is_padding && !state.left;
        let mut slots: Vec<Slot> =
            self.slots.iter().zip(0..).filter(|(state, _)| is_one(state)).map(|(_, slot)| slot).collect();
        random.shuffle(&mut slots);
        slots.pop()
    }

    /// Adds a slot for `channel`, or a padding slot. Gives the name that is to be blinded for it.
    fn add(&mut self, channel: Option<ChannelName>, random: &mut Random) -> Name {
        let is_padding = channel.is_none();
        let name = made_up(random);
        let channel = channel.unwrap_or(name);
        let name = Zeroizing::new(channel.as_str().as_bytes().to_vec());
        self.names.insert(channel.clone(), Some(self.slots.len() as Slot));
        self.slots.push(State {
            channel: Some(channel),
            is_padding,
            left: false,
            expected: None,
            peer: None,
            searched: false,
        });
        self.live += 1;
        name
    }

    /// Leaves a slot. Gives the slot of the other side for the same channel.
    fn leave(&mut self, slot: Slot) -> Option<Slot> {
        let state = &mut self.slots[usize::from(slot)];
        state.left = true;
        self.live -= 1;
        if let Some(channel) = state.channel.take() {
            self.names.remove(&channel);
        }
        state.peer.take()
    }

    /// The names that were given out are blinded. Gives the first slot, the elements that are to be
    /// sent, and the slots that have been left in the meantime.
    pub(super) fn blinded(&mut self, blinded: Vec<(Blind, Element)>) -> (Slot, Vec<Element>, Vec<Slot>) {
        let first = (self.slots.len() - std::mem::take(&mut self.blinding)) as Slot;
        let (blinds, elements): (Vec<_>, Vec<_>) = blinded.into_iter().unzip();
        self.waiting.extend(blinds);
        let left = self.slots[usize::from(first)..].iter().zip(first..).filter(|(state, _)| state.left);
        (first, elements, left.map(|(_, slot)| slot).collect())
    }

    /// The other side has evaluated some of the slots that wait.
    pub(super) fn answer(&mut self, first: Slot, elements: &[Element]) -> Result<(), Refusal> {
        let expected = self.proven + self.proving + self.evaluated.len();
        if usize::from(first) != expected || elements.len() > self.waiting.len() {
            return Err(Refusal::Evaluation);
        }
        self.evaluated.extend(self.waiting.drain(..elements.len()).zip(elements.iter().copied()));
        Ok(())
    }

    /// The slots that are to be proven next: none while others are being proven.
    pub(super) fn next_asked(&mut self, random: &mut Random) -> Vec<Asked> {
        if self.proving > 0 {
            return Vec::new();
        }
        self.proving = self.evaluated.len().min(LINK_SLOTS_PER_MESSAGE);
        let states = &self.slots[self.proven..];
        let asked = self.evaluated.drain(..self.proving).zip(states);
        asked
            .map(|((blind, evaluation), state)| Asked {
                name: state
                    .channel
                    .clone()
                    .unwrap_or_else(|| made_up(random))
                    .as_str()
                    .as_bytes()
                    .to_vec()
                    .into(),
                blind,
                evaluation,
            })
            .collect()
    }

    /// The slots that were given out are proven. Gives the first slot, and the tags that are to be
    /// sent.
    pub(super) fn proven(&mut self, proofs: &[Proofs], random: &mut Random) -> (Slot, Vec<Tag>) {
        let first = self.proven;
        self.proven += std::mem::take(&mut self.proving);
        let tag = |(state, proofs): (&State, &Proofs)| if state.left { random.tag() } else { proofs.own };
        (first as Slot, self.slots[first..].iter().zip(proofs).map(tag).collect())
    }

    /// Expects `tag` for `slot` from now on. Gives whether the slot is live.
    pub(super) fn expect(&mut self, slot: Slot, tag: Tag) -> bool {
        let state = &mut self.slots[usize::from(slot)];
        state.expected = (!state.left).then_some(tag);
        !state.left
    }

    /// The other side has said of the channel of a slot all that it knew when we asked. Gives the
    /// channel, if the slot still stands for one.
    pub(super) fn note_searched(&mut self, slot: Slot) -> Option<ChannelName> {
        let state = &mut self.slots[usize::from(slot)];
        state.searched = true;
        state.channel.clone().filter(|_| !state.is_padding)
    }

    /// Whether the other side has said that of a channel that is offered.
    pub(super) fn is_searched(&self, channel: &ChannelName) -> bool {
        let slot = self.names.get(channel).copied().flatten();
        slot.is_some_and(|slot| self.slots[usize::from(slot)].searched)
    }

    pub(super) fn expecting(&self, tag: &Tag) -> Expecting {
        let expected = |left| {
            let slots = self.slots.iter().zip(0..).filter(move |(state, _)| state.left == left);
            slots.filter_map(|(state, slot)| Some((slot, state.expected.as_ref()?)))
        };
        Expecting {
            live: Bearers::among(expected(false), tag).slot(),
            left: Bearers::among(expected(true), tag).count > 0,
        }
    }

    /// The slot of the other side for the same channel.
    pub(super) fn peer(&self, slot: Slot) -> Option<Slot> {
        self.slots[usize::from(slot)].peer
    }

    pub(super) fn join(&mut self, slot: Slot, peer: Slot) -> Option<ChannelName> {
        let state = &mut self.slots[usize::from(slot)];
        state.peer = Some(peer);
        state.channel.clone()
    }

    /// The other side is no longer in the channel of `slot`.
    pub(super) fn part(&mut self, slot: Slot) -> Option<ChannelName> {
        let state = &mut self.slots[usize::from(slot)];
        state.peer = None;
        state.channel.clone()
    }

    /// Whether three quarters of all slots are used up.
    pub(super) fn is_exhausting(&self) -> bool {
        self.slots.len() * 4 >= self.lifetime_max * 3
    }
}

/// A name that nobody has.
fn made_up(random: &mut Random) -> ChannelName {
    let mut letters = Zeroizing::new([0; MADE_UP_LEN]);
    random.fill_bytes(&mut *letters);
    let name: String = letters.iter().map(|byte| char::from(LETTERS[usize::from(byte % 64)])).collect();
    ChannelName::new(&name).expect("letters and digits are a name")
}
