//! Which peers are heard: all, or the only one that is meant.

use std::cell::RefCell;

use networkwebsockets::{Channel, Peer};

use super::Stop;
use crate::command::session::{PREFIX_MIN, ambiguous};

/// Whom a command hears.
pub(super) struct Wanted<'a> {
    named: Option<&'a str>,
    /// The id of the peer that was found to be meant. Whoever comes with a similar one is another.
    id: RefCell<Option<String>>,
}

impl<'a> Wanted<'a> {
    pub(super) const fn new(named: Option<&'a str>) -> Self {
        Self { named, id: RefCell::new(None) }
    }

    /// Gives whether this peer is heard; fails if several may be meant.
    pub(super) fn has(&self, peer: &Peer, channel: &Channel) -> Result<bool, Stop> {
        let Some(named) = self.named else { return Ok(true) };
        if let Some(id) = &*self.id.borrow() {
            return Ok(peer.id() == id);
        }
        let is_exact = peer.id() == named;
        if !is_exact && !is_meant(named, peer, channel)? {
            return Ok(false);
        }
        *self.id.borrow_mut() = Some(peer.id().to_owned());
        Ok(true)
    }
}

/// Gives whether it is the only peer whose id begins so.
fn is_meant(named: &str, peer: &Peer, channel: &Channel) -> Result<bool, Stop> {
    let begins = named.len() >= PREFIX_MIN && peer.id().starts_with(named);
    if !begins || channel.peer(named).is_some() {
        return Ok(false);
    }
    let others = channel.peers().iter().filter(|it| *it != peer && it.id().starts_with(named)).count();
    if others == 0 { Ok(true) } else { Err(ambiguous(others + 1, named)) }
}
