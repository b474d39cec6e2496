//! What has happened and nobody has taken yet.
//!
//! It is bounded: while it is full nothing is read from the proxy. That slows the senders down, and if
//! it takes too long the proxy cuts this client, which it sees as a gap.

mod queue;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::event::{Closed, Gap};
use crate::wakers::Wakers;
use crate::{Data, Error, Peer};

pub(crate) use queue::{Queue, Said};

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
    queue: Queue,
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
        let queue = std::mem::take(&mut self.queue);
        queue.filter_map(Item::into_dial).collect()
    }

    /// Adds an event. Gives back a dial that nobody can take.
    pub(crate) fn push(&mut self, item: Item) -> Option<Dial> {
        self.is_over |= matches!(item, Item::Closed(_));
        if let Item::Dial(dial) = item {
            return self.push_dial(*dial);
        }
        if !self.is_ignored {
            self.queue.push(item);
        }
        self.readers.wake();
        if self.is_over {
            self.acceptors.wake();
        }
        None
    }

    /// Adds what a peer says.
    pub(crate) fn push_message(&mut self, from: Peer, said: Said<'_>, direct: bool) {
        if !self.is_ignored {
            self.queue.push_message(from, said, direct);
        }
        self.readers.wake();
    }

    fn push_dial(&mut self, dial: Dial) -> Option<Dial> {
        if self.has_dials {
            self.dials.push_back(dial);
            self.acceptors.wake();
        } else if self.is_ignored {
            return Some(dial);
        } else {
            self.queue.push(Item::Dial(Box::new(dial)));
            self.readers.wake();
        }
        None
    }

    /// Gives all that waits to a queue that is empty, whose memory is used again. Says whether there was no room.
    pub(crate) fn take_into(&mut self, queue: &mut Queue) -> bool {
        let was_full = !self.has_room();
        std::mem::swap(&mut self.queue, queue);
        was_full
    }

    /// Puts what was taken before all else.
    pub(crate) fn give_back(&mut self, queue: &mut Queue) {
        queue.append(&mut self.queue);
        std::mem::swap(&mut self.queue, queue);
        self.readers.wake();
    }

    pub(crate) const fn is_ignored(&self) -> bool {
        self.is_ignored
    }

    /// Gives whether more may be read from the proxy.
    pub(crate) fn has_room(&self) -> bool {
        self.queue.len() < EVENTS_MAX && self.queue.bytes() < BYTES_MAX
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
    /// The bytes of what a peer said.
    fn len(&self) -> usize {
        if let Self::Message(_, data, _) = self { data.as_bytes().len() } else { 0 }
    }

    fn into_dial(self) -> Option<Dial> {
        if let Self::Dial(dial) = self { Some(*dial) } else { None }
    }
}
