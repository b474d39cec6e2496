//! Which channels of one end of a connection are matched.
//!
//! As the real matching does it, without its arithmetic: a slot is asked for (BLIND), answered (EVAL) and
//! proven (TAGS), and each side knows of a match when it has sent its proof and has that of the other
//! side.

use std::collections::BTreeSet;

use nws_protocol::ChannelName;

use nws_core::ConnId;

/// Bytes that one side may send before the other one asks for more.
const WINDOW: usize = 256 * 1024;

/// The slots of both sides, as one of them knows them.
#[derive(Default)]
pub(super) struct Slots {
    pub(super) own: Vec<Own>,
    pub(super) theirs: Vec<Theirs>,
    /// Slots that the other side has asked for and neither proven nor left.
    unproven: BTreeSet<usize>,
    /// Own slots for which the other side has answered, and what it still had to prove then.
    searching: Vec<(BTreeSet<usize>, usize)>,
}

/// A slot of this side.
pub(super) struct Own {
    /// `None` when it was left.
    pub(super) channel: Option<ChannelName>,
    is_proven: bool,
    /// Whether it is known if the other side was in the channel.
    is_searched: bool,
    pub(super) trunk: Option<Trunk>,
}

/// A slot of the other side.
#[derive(Default)]
pub(super) struct Theirs {
    /// What it has proven, until it is left.
    channel: Option<ChannelName>,
    /// The own slot that it is matched with.
    pub(super) own: Option<usize>,
}

/// A channel that is matched.
pub(super) struct Trunk {
    pub(super) conn: ConnId,
    /// Bytes that the other side takes.
    pub(super) credit: usize,
    /// Bytes that this side has taken without asking for more.
    pub(super) owed: usize,
    pub(super) is_held: bool,
}

impl Trunk {
    pub(super) fn new(conn: ConnId) -> Self {
        Self { conn, credit: WINDOW, owed: 0, is_held: false }
    }
}

impl Slots {
    /// Opens a slot, unless the channel has one.
    pub(super) fn offer(&mut self, channel: ChannelName) -> Option<usize> {
        if self.slot_of(&channel).is_some() {
            return None;
        }
        self.own.push(Own { channel: Some(channel), is_proven: false, is_searched: false, trunk: None });
        Some(self.own.len() - 1)
    }

    /// Whether it is known if the other side was in a channel.
    pub(super) fn is_searched(&self, channel: &ChannelName) -> bool {
        self.slot_of(channel).is_some_and(|slot| self.own[slot].is_searched)
    }

    /// The slot in which a channel is offered.
    pub(super) fn slot_of(&self, channel: &ChannelName) -> Option<usize> {
        self.own.iter().position(|own| own.channel.as_ref() == Some(channel))
    }

    /// The other side has answered for a slot: what is to be proven, if it was not left.
    pub(super) fn prove(&mut self, slot: usize) -> Option<ChannelName> {
        let own = &mut self.own[slot];
        own.is_proven = true;
        own.channel.clone()
    }

    /// The other side asks for a slot.
    pub(super) fn ask(&mut self, slot: usize) {
        self.unproven.insert(slot);
    }

    /// The other side has answered for an own slot: what it still has to prove may be the same channel.
    pub(super) fn search(&mut self, slot: usize) {
        self.searching.push((self.unproven.clone(), slot));
    }

    /// The channels of which it is known by now whether the other side was in them.
    pub(super) fn searched(&mut self) -> Vec<ChannelName> {
        let Self { own, unproven, searching, .. } = self;
        let over = searching.extract_if(.., |(missing, _)| missing.is_disjoint(unproven));
        let note = |(_, slot): (_, usize)| {
            own[slot].is_searched = true;
            own[slot].channel.clone()
        };
        over.filter_map(note).collect()
    }

    /// The other side has proven a slot.
    pub(super) fn learn(&mut self, slot: usize, channel: ChannelName) {
        self.unproven.remove(&slot);
        self.theirs_at(slot).channel = Some(channel);
    }

    /// The other side has left a slot; the answer is the own slot that it was matched with.
    pub(super) fn forget(&mut self, slot: usize) -> Option<usize> {
        self.unproven.remove(&slot);
        std::mem::take(self.theirs_at(slot)).own
    }

    /// The own slot is not in the channel any more.
    pub(super) fn leave(&mut self, slot: usize) {
        self.own[slot].channel = None;
        self.theirs.iter_mut().filter(|theirs| theirs.own == Some(slot)).for_each(|theirs| theirs.own = None);
    }

    /// Matches what can be matched; the answer is the own slot, and the channel.
    pub(super) fn match_next(&mut self) -> Option<(usize, ChannelName)> {
        let Self { own, theirs, .. } = self;
        let free = |slot: usize, theirs: &[Theirs]| theirs.iter().all(|theirs| theirs.own != Some(slot));
        for (slot, own) in own.iter().enumerate().filter(|(_, own)| own.is_proven) {
            let Some(channel) = own.channel.as_ref().filter(|_| free(slot, theirs)) else { continue };
            let match_ = theirs.iter_mut().find(|theirs| theirs.channel.as_ref() == Some(channel));
            if let Some(theirs) = match_ {
                theirs.own = Some(slot);
                return Some((slot, channel.clone()));
            }
        }
        None
    }

    /// The trunk for which something comes in a slot of the other side.
    pub(super) fn trunk_for(&mut self, theirs: usize) -> Option<(usize, &mut Trunk)> {
        let slot = self.theirs.get(theirs)?.own?;
        self.own[slot].trunk.as_mut().map(|trunk| (slot, trunk))
    }

    fn theirs_at(&mut self, slot: usize) -> &mut Theirs {
        if self.theirs.len() <= slot {
            self.theirs.resize_with(slot + 1, Theirs::default);
        }
        &mut self.theirs[slot]
    }
}
