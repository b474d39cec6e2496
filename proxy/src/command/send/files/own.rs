//! A file that is offered.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::record::Record;
use crate::command::files::{Hash, Offer, PART, VERSION, hash, hex};
use crate::command::stop::Stop;

/// A file as it was when it was offered.
pub(super) struct OwnFile {
    pub(super) offer: Offer,
    file: File,
    changed: Option<SystemTime>,
    hashes: Vec<Option<Hash>>,
    /// So many parts from the first one on have a hash, or more.
    hashed: usize,
    record: Option<Record>,
}

impl OwnFile {
    pub(super) fn open(path: &Path) -> Result<Self, Stop> {
        let cannot = |error: std::io::Error| Stop::failed(format!("cannot read {}: {error}", path.display()));
        let file = File::open(path).map_err(cannot)?;
        let facts = file.metadata().map_err(cannot)?;
        if !facts.is_file() {
            return Err(Stop::usage(format!("{} is no file: send it through a pipe", path.display())));
        }
        let name = path.file_name().map_or_else(|| PathBuf::from("file"), PathBuf::from);
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|error| Stop::failed(format!("no random numbers: {error}")))?;
        let size = facts.len();
        // So that even a film has few enough parts.
        let part = if size > PART * 1_000_000 { 983_040 } else { PART };
        let (id, name) = (hex(&id), name.to_string_lossy().into_owned());
        let offer = Offer { v: VERSION, file: id, name, size, mime: String::new(), part };
        if !offer.is_sound() {
            return Err(Stop::failed(format!("{} is too large: send it through a pipe", path.display())));
        }
        let hashes = vec![None; usize::try_from(offer.count()).unwrap_or_default()];
        Ok(Self { offer, file, changed: facts.modified().ok(), hashes, hashed: 0, record: None })
    }

    /// The bytes of a part and their hash; or the reason for `file-fail`.
    pub(super) fn part(&mut self, index: u64) -> Result<(Vec<u8>, Hash), &'static str> {
        let mut bytes = vec![0; usize::try_from(self.offer.length(index)).unwrap_or_default()];
        let read = self
            .file
            .seek(SeekFrom::Start(index * self.offer.part))
            .and_then(|_| self.file.read_exact(&mut bytes));
        if self.has_changed() {
            return Err("changed");
        }
        read.map_err(|_| "unreadable")?;
        let hash = hash(&bytes);
        let slot = usize::try_from(index).ok().and_then(|index| self.hashes.get_mut(index));
        if slot.is_some_and(|slot| slot.replace(hash).is_some_and(|before| before != hash)) {
            return Err("changed");
        }
        Ok((bytes, hash))
    }

    /// The hashes of all parts. Those that a receiver had before are read first, one at a time, and
    /// until then there is `None`.
    pub(super) fn hashes(&mut self) -> Result<Option<Vec<Hash>>, &'static str> {
        let Some(missing) = self.hashes[self.hashed..].iter().position(Option::is_none) else {
            return Ok(Some(self.hashes.iter().flatten().copied().collect()));
        };
        self.hashed += missing;
        self.part(self.hashed as u64)?;
        Ok(None)
    }

    /// Offers it to all in a channel under the id of an earlier try that nobody has got.
    pub(super) fn go_on(&mut self, path: &Path, channel: &str) {
        let facts = self.file.metadata().ok();
        let record = facts.and_then(|facts| Record::of(channel, path, &facts, &self.offer.file));
        if let Some((record, id)) = record {
            self.record = Some(record);
            self.offer.file = id;
        }
    }

    /// Somebody has it.
    pub(super) fn is_sent(&self) {
        self.record.iter().for_each(Record::forget);
    }

    fn has_changed(&self) -> bool {
        let now = self.file.metadata();
        now.is_ok_and(|facts| facts.len() != self.offer.size || facts.modified().ok() != self.changed)
    }
}
