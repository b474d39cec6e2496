//! Remembers under which id a file was offered that nobody has got yet. So the next try goes on where
//! this one ends, whatever ends it.

use std::fs::{self, File, Metadata};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use nws_proxy::{RuntimeFolder, write_private};
use sha2::{Digest as _, Sha256};

use crate::command::files::{hex, is_id};

/// How the name of a record begins.
const PREFIX: &str = "unsent-";

/// How long a file is remembered that nobody has got.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Bytes of a hash that name a record.
const KEY: usize = 16;

/// A record that no other process has. It lies in a folder that only this user can read.
pub(super) struct Record {
    path: PathBuf,
    _locked: File,
}

impl Record {
    /// The record of this state of a file in a channel, and the id there, which is `new` where there was no
    /// record. There is none where it cannot be kept.
    pub(super) fn of(channel: &str, file: &Path, facts: &Metadata, new: &str) -> Option<(Self, String)> {
        let path = RuntimeFolder::of_user()?.join(format!("{PREFIX}{}", key(channel, file, facts)?));
        if !path.exists() {
            remove_old(path.parent()?);
            write_private(&path, new.as_bytes()).ok()?;
        }
        let mut record = File::open(&path).ok()?;
        record.try_lock().ok()?;
        let mut id = String::new();
        record.read_to_string(&mut id).ok()?;
        is_id(&id).then_some((Self { path, _locked: record }, id))
    }

    /// Somebody has the file, so the next one who sends it begins anew.
    pub(super) fn forget(&self) {
        // Then the next try is for nobody who has it already.
        let _ = fs::remove_file(&self.path);
    }
}

/// Removes records that nobody has used for long. What cannot be removed harms nobody.
fn remove_old(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_record = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if is_record && is_old(&entry.path()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Gives whether a record is old, and no process has it.
fn is_old(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    let written = file.metadata().and_then(|facts| facts.modified());
    let is_old = written.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > KEPT));
    is_old && file.try_lock().is_ok()
}

fn key(channel: &str, file: &Path, facts: &Metadata) -> Option<String> {
    let changed = facts.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let mut hash = Sha256::new();
    let path = fs::canonicalize(file).ok()?;
    for part in [channel.as_bytes(), path.as_os_str().as_encoded_bytes()] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.update(facts.len().to_be_bytes());
    hash.update(changed.as_nanos().to_be_bytes());
    Some(hex(&hash.finalize()[..KEY]))
}
