//! A file that comes.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Display, PathBuf};
use std::time::{Duration, Instant};

use super::folder::Folder;
use crate::command::files::{Hash, Offer, Part, hash, hash_of_all};

/// Why a file cannot be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("its parts do not come as they should")]
    Order,
    #[error("it is not what was sent: its hash is wrong")]
    Hash,
    #[error("a file has this name by now")]
    Taken,
    #[error("it cannot be stored: {0}")]
    Storage(io::Error),
    #[error("nothing comes any more")]
    Stalled,
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::AlreadyExists { Self::Taken } else { Self::Storage(error) }
    }
}

impl Fault {
    pub(super) const fn reason(&self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Hash => "hash",
            Self::Taken => "exists",
            Self::Storage(_) => "storage",
            Self::Stalled => "stalled",
        }
    }

    /// What has come is worth nothing.
    pub(super) const fn is_final(&self) -> bool {
        matches!(self, Self::Order | Self::Hash)
    }
}

pub(super) struct Incoming {
    pub(super) offer: Offer,
    path: PathBuf,
    file: File,
    hashes: Vec<Hash>,
    heard: Instant,
    /// What the sender says at the end that the hash is.
    expected: Option<String>,
}

impl Incoming {
    /// Goes on where an earlier try has ended, whose parts are read: that takes time.
    pub(super) fn begin(path: PathBuf, offer: Offer) -> Result<Self, (Offer, io::Error)> {
        let opened = Folder::open_partial(&path).and_then(|mut file| {
            let hashes = stored(&mut file, &offer)?;
            Ok((file, hashes))
        });
        match opened {
            Ok((file, hashes)) => {
                Ok(Self { offer, path, file, hashes, heard: Instant::now(), expected: None })
            }
            Err(error) => Err((offer, error)),
        }
    }

    /// The number of the part that is wanted next.
    pub(super) fn next(&self) -> u64 {
        self.hashes.len() as u64
    }

    /// Bytes that are stored.
    pub(super) fn stored(&self) -> u64 {
        self.offer.size.min(self.next() * self.offer.part)
    }

    /// Where they lie.
    pub(super) fn partial(&self) -> Display<'_> {
        self.path.display()
    }

    /// Nothing has come for so long, and more should.
    pub(super) fn is_late(&self, time: Duration) -> bool {
        self.expected.is_none() && self.heard.elapsed() > time
    }

    /// The sender has said everything.
    pub(super) fn end(&mut self, hash: &str) {
        self.expected.get_or_insert_with(|| hash.to_owned());
    }

    /// Gives whether the sender has said everything.
    pub(super) const fn has_ended(&self) -> bool {
        self.expected.is_some()
    }

    /// Stores a part, and gives the number of the next.
    pub(super) fn store(&mut self, part: &Part<'_>) -> Result<u64, Fault> {
        let next = self.next();
        if u64::from(part.index) != next
            || next >= self.offer.count()
            || part.bytes.len() as u64 != self.offer.length(next)
        {
            return Err(Fault::Order);
        }
        if !part.is_whole() {
            return Err(Fault::Hash);
        }
        self.file.write_all(part.bytes)?;
        self.hashes.push(part.hash);
        self.heard = Instant::now();
        Ok(self.next())
    }

    /// Compares the hash, and gives the file its name once the disk has it: that takes time.
    pub(super) fn finish(&self, folder: &Folder) -> Result<PathBuf, Fault> {
        if self.next() != self.offer.count() {
            return Err(Fault::Order);
        }
        if self.expected.as_ref().is_none_or(|hash| hash_of_all(&self.hashes) != *hash) {
            return Err(Fault::Hash);
        }
        self.file.sync_all()?;
        Ok(folder.place(&self.path, &self.offer.name)?)
    }

    /// Removes what has come.
    pub(super) fn forget(&self) {
        // It lies there until somebody removes it, and harms nobody.
        let _ = fs::remove_file(&self.path);
    }
}

/// The hashes of the parts that are stored. What follows them is cut off.
fn stored(file: &mut File, offer: &Offer) -> io::Result<Vec<Hash>> {
    let length = file.metadata()?.len();
    let mut hashes = Vec::new();
    let mut end = 0;
    while (hashes.len() as u64) < offer.count() && end + offer.length(hashes.len() as u64) <= length {
        let mut bytes = vec![0; usize::try_from(offer.length(hashes.len() as u64)).unwrap_or_default()];
        file.read_exact(&mut bytes)?;
        end += bytes.len() as u64;
        hashes.push(hash(&bytes));
    }
    file.set_len(end)?;
    file.seek(SeekFrom::Start(end))?;
    Ok(hashes)
}
