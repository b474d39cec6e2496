//! What has happened and nobody has taken yet.
//!
//! It is bounded: while it is full nothing is read from the proxy. That slows the senders down, and if
//! it takes too long the proxy cuts this client, which it sees as a gap.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::event::{Closed, Gap};
use crate::wakers::Wakers;
use crate::{Data, Error, Peer};

/// Events that may wait here. As many may have been taken out by one reader.
const EVENTS_MAX: usize = 512;

/// Bytes that may wait, in the same way.
const BYTES_MAX: usize = 2 * 1024 * 1024;

/// An event without what it does when it is dropped.
#[derive(Debug)]
pub(crate) enum Item {
    Open(Arc<str>),
    Connect(Peer),
    Disconnect(Peer),
    Sync(bool),
    Message(Peer, Data, bool),
    Dial(Box<Dial>),
    /// Rare ones are boxed: so the usual ones are short.
    Fault(Box<Error>),
    Reconnecting(Box<Gap>),
    Closed(Box<Closed>),
}

/// A dial that waits for a decision.
#[derive(Clone, Debug)]
pub(crate) struct Dial {
    pub(crate) handle: u32,
    pub(crate) peer: Peer,
    pub(crate) protocols: Vec<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Inbox {
    items: VecDeque<Item>,
    bytes: usize,
    is_ignored: bool,
    is_over: bool,
    dials: VecDeque<Dial>,
    has_dials: bool,
    readers: Wakers,
    acceptors: Wakers,
}

impl Inbox {
    /// Nobody wants events any more.
    pub(crate) fn ignore(&mut self) -> Vec<Dial> {
        self.is_ignored = true;
        self.bytes = 0;
        let dials = self.items.drain(..).filter_map(Item::into_dial);
        dials.collect()
    }

    /// Adds an event. Gives back a dial that nobody can take.
    pub(crate) fn push(&mut self, item: Item) -> Option<Dial> {
        self.is_over |= matches!(item, Item::Closed(_));
        if let Item::Dial(dial) = item {
            return self.push_dial(*dial);
        }
        if !self.is_ignored {
            self.bytes += size(&item);
            self.items.push_back(item);
        }
        self.readers.wake();
        if self.is_over {
            self.acceptors.wake();
        }
        None
    }

    fn push_dial(&mut self, dial: Dial) -> Option<Dial> {
        if self.has_dials {
            self.dials.push_back(dial);
            self.acceptors.wake();
        } else if self.is_ignored {
            return Some(dial);
        } else {
            self.items.push_back(Item::Dial(Box::new(dial)));
            self.readers.wake();
        }
        None
    }

    /// Gives all that waits to a list that is empty, whose memory is used again. Says whether there was no room.
    pub(crate) fn take_into(&mut self, list: &mut VecDeque<Item>) -> bool {
        let was_full = !self.has_room();
        std::mem::swap(&mut self.items, list);
        self.bytes = 0;
        was_full
    }

    /// Puts what was taken before all else.
    pub(crate) fn give_back(&mut self, list: &mut VecDeque<Item>) {
        self.bytes += list.iter().map(size).sum::<usize>();
        list.append(&mut self.items);
        std::mem::swap(&mut self.items, list);
        self.readers.wake();
    }

    pub(crate) const fn is_ignored(&self) -> bool {
        self.is_ignored
    }

    /// Gives whether more may be read from the proxy.
    pub(crate) fn has_room(&self) -> bool {
        self.items.len() < EVENTS_MAX && self.bytes < BYTES_MAX
    }

    pub(crate) const fn is_over(&self) -> bool {
        self.is_over
    }

    pub(crate) const fn readers(&mut self) -> &mut Wakers {
        &mut self.readers
    }

    /// From now on dials are no events, or they are again. Gives those that nobody can take.
    pub(crate) fn split(&mut self, has_dials: bool) -> Vec<Dial> {
        self.has_dials = has_dials;
        if has_dials { Vec::new() } else { self.dials.drain(..).collect() }
    }

    pub(crate) fn take_dial(&mut self) -> Option<Dial> {
        self.dials.pop_front()
    }

    pub(crate) const fn acceptors(&mut self) -> &mut Wakers {
        &mut self.acceptors
    }
}

impl Item {
    fn into_dial(self) -> Option<Dial> {
        if let Self::Dial(dial) = self { Some(*dial) } else { None }
    }
}

fn size(item: &Item) -> usize {
    if let Item::Message(_, data, _) = item { data.as_bytes().len() } else { 0 }
}
