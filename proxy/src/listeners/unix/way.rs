//! Checks that no other user can redirect the path of the socket.
//!
//! A user who can rename one folder on the path can put another one in its place, with a socket of
//! the same name. So each folder from the root on, and each symbolic link, must belong to this user
//! or to root. No folder may be writable for other users, unless it is sticky: then they can rename
//! only their own files.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};

use rustix::process::geteuid;

use crate::Error;

/// With these bits other users can write into a folder.
const WRITABLE: u32 = 0o022;
/// With this bit they cannot replace files of other users.
const STICKY: u32 = 0o1000;
/// Symbolic links on the path. The kernel follows as many.
const LINKS_MAX: usize = 40;

/// Follows the absolute path of `folder` from the root, link by link.
///
/// # Errors
///
/// The first folder or link by which another user can redirect the path.
pub(in crate::listeners) fn check(folder: &Path) -> Result<(), Error> {
    let fault = |source| Error::Unix { path: folder.to_owned(), source };
    let mut place = PathBuf::from("/");
    let mut steps = steps(folder);
    let mut links = 0;
    judge(&place, &fs::symlink_metadata(&place).map_err(fault)?)?;
    while let Some(step) = steps.pop() {
        if step == ".." {
            place.pop();
            continue;
        }
        let next = place.join(step);
        let found = fs::symlink_metadata(&next).map_err(fault)?;
        judge(&next, &found)?;
        if !found.is_symlink() {
            place = next;
            continue;
        }
        links += 1;
        if links > LINKS_MAX {
            return Err(fault(io::ErrorKind::InvalidInput.into()));
        }
        let target = fs::read_link(&next).map_err(fault)?;
        if target.is_absolute() {
            place = PathBuf::from("/");
        }
        steps.extend(self::steps(&target));
    }
    Ok(())
}

/// The names in a path, the first one last.
fn steps(path: &Path) -> Vec<OsString> {
    let is_step = |part: &Component<'_>| matches!(part, Component::Normal(_) | Component::ParentDir);
    path.components().rev().filter(is_step).map(|part| part.as_os_str().to_owned()).collect()
}

/// A link has no mode that counts: the folder that contains it decides which users can replace it.
fn judge(path: &Path, found: &Metadata) -> Result<(), Error> {
    let (owner, mode) = (found.uid(), found.mode() & 0o7777);
    if ![geteuid().as_raw(), 0].contains(&owner) {
        return Err(Error::UnixForeignFolder { path: path.to_owned(), owner });
    }
    if !found.is_symlink() && mode & WRITABLE != 0 && mode & STICKY == 0 {
        return Err(Error::UnixOpenFolder { path: path.to_owned(), mode });
    }
    Ok(())
}
