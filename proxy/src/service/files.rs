//! Reads, writes and removes the few files of a service.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::Error;

/// The home folder of this user, also where `HOME` is not set.
pub(super) fn home() -> Result<PathBuf, Error> {
    let home = std::env::home_dir().filter(|home| home.is_absolute());
    home.ok_or(Error::NoFolder { variable: "HOME" })
}

/// The absolute path in a variable, if there is one.
pub(super) fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute())
}

/// The text of a file; nothing if there is no such file.
pub(super) fn read(path: &Path) -> Result<Option<String>, Error> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(fault("read", path)(error)),
    }
}

/// Writes a file, in its folder, which may not exist yet. Readers see the old one or the new one.
pub(super) fn write(path: &Path, text: &[u8]) -> Result<(), Error> {
    let written = || {
        path.parent().map_or(Ok(()), make_folder)?;
        let draft = path.with_extension("new");
        fs::write(&draft, text).and_then(|()| fs::rename(&draft, path)).inspect_err(|_| {
            // The reason is that of the write. A draft that is left harms nobody.
            let _ = fs::remove_file(&draft);
        })
    };
    written().map_err(fault("write", path))
}

/// Removes a file, if it is there.
pub(super) fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(fault("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Makes a folder for this user alone, unless it is there.
#[cfg(unix)]
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    std::os::unix::fs::DirBuilderExt::mode(fs::DirBuilder::new().recursive(true), 0o700).create(path)
}

/// Makes a folder, unless it is there. Folders below that of a user are for this user alone.
#[cfg(not(unix))]
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// The error of an action on a file.
pub(super) fn fault(action: &'static str, path: &Path) -> impl Fn(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::File { action, path: path.clone(), source }
}
