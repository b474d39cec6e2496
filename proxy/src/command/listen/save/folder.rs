//! The folder into which files are saved, and the names there.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::{Listen, Stop};

/// Numbers that are tried for a name that is taken.
const NUMBERS: u32 = 10_000;

#[derive(Clone)]
pub(super) struct Folder {
    path: PathBuf,
    taken_names: TakenNames,
}

/// What happens to a file whose name is taken.
#[derive(Clone, Copy)]
enum TakenNames {
    Refuse,
    Overwrite,
    Rename,
}

impl Folder {
    pub(super) fn open(listen: &Listen) -> Result<Self, Stop> {
        let path = listen.save.clone().unwrap_or_default();
        fs::create_dir_all(&path)
            .map_err(|error| Stop::failed(format!("cannot make the folder {}: {error}", path.display())))?;
        let taken_names = match () {
            () if listen.overwrite => TakenNames::Overwrite,
            () if listen.rename => TakenNames::Rename,
            () => TakenNames::Refuse,
        };
        Ok(Self { path, taken_names })
    }

    /// Why a file of this clean name cannot be saved, besides those `others` that are on their way.
    pub(super) fn obstacle<'a>(
        &self,
        name: &str,
        mut others: impl Iterator<Item = &'a str>,
    ) -> Option<String> {
        if matches!(self.taken_names, TakenNames::Refuse) && others.any(|other| other == name) {
            return Some(format!("another {name:?} is on its way: --rename or --overwrite takes both"));
        }
        let found = fs::symlink_metadata(self.path.join(name)).ok()?;
        match self.taken_names {
            TakenNames::Refuse => Some(format!("{name:?} exists: --rename or --overwrite takes it")),
            TakenNames::Overwrite if found.is_dir() => Some(format!("{name:?} is a folder")),
            TakenNames::Overwrite | TakenNames::Rename => None,
        }
    }

    /// Where the parts of a file lie until it is whole.
    pub(super) fn partial(&self, name: &str, file: &str) -> PathBuf {
        self.path.join(format!(".{name}.{file}.part"))
    }

    /// Opens what an earlier try has left, or a new file, unless another process has it. A link is not
    /// followed.
    pub(super) fn open_partial(path: &Path) -> io::Result<File> {
        let file = Self::open_or_create(path)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Err(ErrorKind::WouldBlock.into()),
            // Some file systems know no locks.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
        }
    }

    fn open_or_create(path: &Path) -> io::Result<File> {
        match OpenOptions::new().read(true).write(true).create_new(true).open(path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                if !fs::symlink_metadata(path)?.is_file() {
                    return Err(error);
                }
                OpenOptions::new().read(true).write(true).open(path)
            }
            opened => opened,
        }
    }

    /// Gives a whole file its name, which nobody else can get at the same time.
    pub(super) fn place(&self, partial: &Path, name: &str) -> io::Result<PathBuf> {
        let first = self.path.join(name);
        if matches!(self.taken_names, TakenNames::Overwrite) {
            fs::rename(partial, &first)?;
            return Ok(first);
        }
        let last = if matches!(self.taken_names, TakenNames::Rename) { NUMBERS } else { 0 };
        for number in 0..=last {
            let path = if number == 0 { first.clone() } else { self.path.join(numbered(name, number)) };
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(_) => return settle(partial, &path).map(|()| path),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::new(ErrorKind::AlreadyExists, format!("{name:?} exists")))
    }
}

/// Replaces an empty file, which stands for the name.
fn settle(partial: &Path, path: &Path) -> io::Result<()> {
    fs::rename(partial, path).inspect_err(|_| {
        // An empty file stays, and the error is told.
        let _ = fs::remove_file(path);
    })
}

fn numbered(name: &str, number: u32) -> String {
    match name.rfind('.').filter(|&dot| dot > 0) {
        Some(dot) => format!("{} ({number}){}", &name[..dot], &name[dot..]),
        None => format!("{name} ({number})"),
    }
}
