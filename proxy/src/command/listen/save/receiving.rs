//! The files that are on their way. What takes time is done by threads, so that nothing else waits.

use std::collections::HashMap;
use std::future::pending;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use networkwebsockets::Peer;
use tokio::task::JoinSet;

use super::Stop;
use super::folder::Folder;
use super::incoming::{Fault, Incoming};
use crate::command::files::{Offer, Part};

/// How long nothing may come of a file.
const STALLED: Duration = Duration::from_secs(60);

/// Files that are received at once, and of one peer.
const AT_ONCE: usize = 4;
const OF_ONE_PEER: usize = 2;

/// The sender of a file, and the number of the stream.
pub(super) type Key = (Peer, u32);

/// What a thread has done.
pub(super) enum Work {
    /// It has read what an earlier try has left.
    Begun(Key, Result<Incoming, (Offer, io::Error)>),
    /// It has given a file its name.
    Placed(Key, Incoming, Result<PathBuf, Fault>),
}

enum Stage {
    Beginning(Offer),
    Receiving(Incoming),
    Placing(Offer),
}

#[derive(Default)]
pub(super) struct Receiving {
    files: HashMap<Key, Stage>,
    work: JoinSet<Work>,
    streams: u32,
}

impl Receiving {
    /// All offers.
    pub(super) fn offers(&self) -> impl Iterator<Item = &Offer> {
        self.files.values().map(|stage| match stage {
            Stage::Receiving(incoming) => &incoming.offer,
            Stage::Beginning(offer) | Stage::Placing(offer) => offer,
        })
    }

    /// Gives whether one more file of this peer may come.
    pub(super) fn has_place(&self, peer: &Peer) -> bool {
        let of_peer = self.files.keys().filter(|(other, _)| other == peer).count();
        self.files.len() < AT_ONCE && of_peer < OF_ONE_PEER
    }

    /// What is lost if this ends now.
    pub(super) fn undone(&self) -> String {
        let names: Vec<String> = self.offers().map(|offer| format!("{:?}", offer.name)).collect();
        if names.is_empty() { String::new() } else { format!("not complete: {}", names.join(", ")) }
    }

    /// Reads what an earlier try has left.
    pub(super) fn begin(&mut self, peer: Peer, offer: Offer, folder: &Folder) {
        self.streams += 1;
        let key = (peer, self.streams);
        self.files.insert(key.clone(), Stage::Beginning(offer.clone()));
        let path = folder.partial(&offer.name, &offer.file);
        self.work.spawn_blocking(move || Work::Begun(key, Incoming::begin(path, offer)));
    }

    /// Takes parts from now on. Gives whether the file was not removed meanwhile.
    pub(super) fn receive(&mut self, key: &Key, incoming: Incoming) -> bool {
        let Some(stage) = self.files.get_mut(key) else { return false };
        *stage = Stage::Receiving(incoming);
        true
    }

    /// Stores a part, and gives the file and the number of the next one; `None` if nobody has asked for it.
    pub(super) fn store(&mut self, key: &Key, part: &Part<'_>) -> Option<(String, Result<u64, Fault>)> {
        let Some(Stage::Receiving(incoming)) = self.files.get_mut(key) else { return None };
        let stored = incoming.store(part);
        Some((incoming.offer.file.clone(), stored))
    }

    /// The sender says that this was all.
    pub(super) fn end(&mut self, key: &Key, file: &str, hash: &str) {
        if let Some(Stage::Receiving(incoming)) = self.files.get_mut(key)
            && incoming.offer.file == file
        {
            incoming.end(hash);
        }
    }

    /// Gives files that have come their names, at most so many at once.
    pub(super) fn place(&mut self, most: u64, folder: &Folder) {
        let is_placing = |stage: &Stage| matches!(stage, Stage::Placing(_));
        let has_ended = |stage: &Stage| matches!(stage, Stage::Receiving(incoming) if incoming.has_ended());
        while (self.files.values().filter(|stage| is_placing(stage)).count() as u64) < most {
            let Some((key, stage)) = self.files.iter_mut().find(|(_, stage)| has_ended(stage)) else { break };
            let Stage::Receiving(incoming) = &*stage else { break };
            let (key, offer, folder) = (key.clone(), incoming.offer.clone(), folder.clone());
            let Stage::Receiving(incoming) = std::mem::replace(stage, Stage::Placing(offer)) else { break };
            self.work.spawn_blocking(move || {
                let placed = incoming.finish(&folder);
                Work::Placed(key, incoming, placed)
            });
        }
    }

    /// Waits until a thread has done something.
    pub(super) async fn worked(&mut self) -> Result<Work, Stop> {
        match self.work.join_next().await {
            Some(work) => work.map_err(|error| Stop::failed(error.to_string())),
            None => pending().await,
        }
    }

    /// Removes a file, and gives what has come.
    pub(super) fn remove(&mut self, key: &Key) -> Option<Incoming> {
        match self.files.remove(key) {
            Some(Stage::Receiving(incoming)) => Some(incoming),
            _ => None,
        }
    }

    /// Removes the files that are meant, and gives each with the bytes that are stored. One that gets its
    /// name stays.
    pub(super) fn remove_all(&mut self, is_meant: impl Fn(&Key, &Offer) -> bool) -> Vec<(Offer, u64)> {
        let removed = self.files.extract_if(|key, stage| match stage {
            Stage::Receiving(incoming) => is_meant(key, &incoming.offer),
            Stage::Beginning(offer) => is_meant(key, offer),
            Stage::Placing(_) => false,
        });
        let told = removed.map(|(_, stage)| match stage {
            Stage::Receiving(incoming) => (incoming.offer.clone(), incoming.stored()),
            Stage::Beginning(offer) | Stage::Placing(offer) => (offer, 0),
        });
        told.collect()
    }

    /// Those of which nothing comes any more.
    pub(super) fn late(&self) -> Vec<Key> {
        let is_late =
            |stage: &Stage| matches!(stage, Stage::Receiving(incoming) if incoming.is_late(STALLED));
        self.files.iter().filter(|(_, stage)| is_late(stage)).map(|(key, _)| key.clone()).collect()
    }
}
