//! Files that are offered, and wait for their turn.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use networkwebsockets::Peer;

use crate::command::files::{Offer, SEEK_MAX};

/// Offers that wait.
const WAITING_MAX: usize = 500;

/// Offers of which only the ids are kept, until there is room for them.
const LATER_MAX: usize = 10_000;

/// Time between two questions for those.
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(super) struct Offers {
    waiting: Vec<(Peer, Offer)>,
    later: VecDeque<(Peer, String)>,
    sought: Option<Instant>,
}

impl Offers {
    /// Those that wait.
    pub(super) fn waiting(&self) -> impl Iterator<Item = &Offer> {
        self.waiting.iter().map(|(_, offer)| offer)
    }

    /// Adds an offer, or remembers that there is one. Gives it back if not even that is possible.
    pub(super) fn add(&mut self, from: Peer, offer: Offer) -> Result<(), Offer> {
        if self.waiting.len() < WAITING_MAX {
            self.later.retain(|(_, file)| *file != offer.file);
            self.waiting.push((from, offer));
        } else if self.later.iter().any(|(_, file)| *file == offer.file) {
            // It comes again when it is sought.
        } else if self.later.len() < LATER_MAX {
            self.later.push_back((from, offer.file));
        } else {
            return Err(offer);
        }
        Ok(())
    }

    /// Takes the first one of which this is true.
    pub(super) fn take(&mut self, is_next: impl Fn(&Peer, &Offer) -> bool) -> Option<(Peer, Offer)> {
        let index = self.waiting.iter().position(|(peer, offer)| is_next(peer, offer))?;
        Some(self.waiting.remove(index))
    }

    /// The peer does not offer the file any more.
    pub(super) fn withdraw(&mut self, from: &Peer, file: &str) {
        self.waiting.retain(|(peer, offer)| peer != from || offer.file != file);
        self.later.retain(|(peer, other)| peer != from || other != file);
    }

    /// Removes what a peer offers, and gives the ids.
    pub(super) fn remove(&mut self, from: &Peer) -> Vec<String> {
        let waiting = self.waiting.extract_if(.., |(peer, _)| peer == from).map(|(_, offer)| offer.file);
        let mut files: Vec<_> = waiting.collect();
        let (gone, stay) = self.later.drain(..).partition(|(peer, _)| peer == from);
        self.later = stay;
        files.extend(VecDeque::into_iter(gone).map(|(_, file)| file));
        files
    }

    /// Others come before this peer, which lets files stall.
    pub(super) fn put_last(&mut self, peer: &Peer) {
        self.waiting.sort_by_key(|(other, _)| other == peer);
    }

    /// The files for which there is room by now, and who has offered them.
    pub(super) fn next_sought(&mut self) -> Option<(Peer, Vec<String>)> {
        let is_late = self.sought.is_none_or(|time| time.elapsed() >= PAUSE);
        if !is_late || self.waiting.len() + SEEK_MAX > WAITING_MAX {
            return None;
        }
        let (peer, _) = self.later.front()?.clone();
        let mut files = Vec::new();
        self.later.retain(|(other, file)| {
            let is_sought = *other == peer && files.len() < SEEK_MAX;
            if is_sought {
                files.push(file.clone());
            }
            !is_sought
        });
        self.sought = Some(Instant::now());
        Some((peer, files))
    }
}
