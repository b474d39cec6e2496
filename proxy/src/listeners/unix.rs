//! Listens on a Unix socket that belongs to this user alone.
//!
//! The kernel says of every connection which user has opened it, and connections of other users are
//! refused. Two more things protect the socket. Its mode keeps other users from connecting at all.
//! And it lies where they cannot put another socket in its place: only this user and root can
//! rename anything on its path.

use std::fs::{self, DirBuilder, File, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::Mode;
use rustix::process::{geteuid, umask};
use socket2::{Domain, SockAddr, Socket, Type};
use tokio::net::{UnixListener, UnixStream};

use crate::Error;

pub(super) mod way;

/// The mode bits that a new socket must not have: all but reading and writing by its user.
const NOT_OURS: Mode = Mode::XUSR.union(Mode::RWXG).union(Mode::RWXO);
/// The mode of a new folder.
const FOLDER: u32 = 0o700;

/// A socket that listens. Dropping it removes the file.
#[derive(Debug)]
pub(crate) struct OwnSocket {
    listener: UnixListener,
    path: PathBuf,
    /// The device and the number of the file that was made.
    file: (u64, u64),
}

impl OwnSocket {
    /// Listens on `path`. Makes its folder, and removes a socket of this user on which no program
    /// listens any more.
    ///
    /// Call this while there is no other thread: any other file that is made meanwhile gets the
    /// mode of the socket.
    pub(super) fn bind(path: &Path) -> Result<Self, Error> {
        let fault = |source| Error::Unix { path: path.to_owned(), source };
        let folder = path.parent().unwrap_or(Path::new("/"));
        make(folder).map_err(fault)?;
        way::check(folder)?;
        let listener = match listen(path) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => replace(path, folder)?,
            other => other.map_err(fault)?,
        };
        let file = number(&fs::symlink_metadata(path).map_err(fault)?);
        Ok(Self { listener, path: path.to_owned(), file })
    }

    /// The next connection; `None` for one of another user.
    pub(super) async fn accept(&self) -> io::Result<Option<UnixStream>> {
        let (stream, _) = self.listener.accept().await?;
        let is_own = stream.peer_cred().is_ok_and(|peer| peer.uid() == geteuid().as_raw());
        Ok(is_own.then_some(stream))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for OwnSocket {
    fn drop(&mut self) {
        let is_there = fs::symlink_metadata(&self.path).is_ok_and(|found| number(&found) == self.file);
        if is_there && let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, "the Unix socket cannot be removed");
        }
    }
}

/// Makes the folder if it does not exist.
fn make(folder: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(FOLDER).create(folder) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

/// The mask applies to the whole process, so it is set for this one call.
fn listen(path: &Path) -> io::Result<UnixListener> {
    let before = umask(NOT_OURS);
    let listener = UnixListener::bind(path);
    umask(before);
    listener
}

/// Listens in place of a dead socket. If two programs find it at the same time, one of them locks
/// the folder until it listens, and the other one gives up.
fn replace(path: &Path, folder: &Path) -> Result<UnixListener, Error> {
    let fault = |source| Error::Unix { path: path.to_owned(), source };
    let taken = || Error::UnixTaken(path.to_owned());
    let lock = File::open(folder).map_err(fault)?;
    lock.try_lock().map_err(|_| taken())?;
    let found = fs::symlink_metadata(path).map_err(fault)?;
    if !found.file_type().is_socket() || found.uid() != geteuid().as_raw() {
        return Err(Error::UnixForeign(path.to_owned()));
    }
    if !is_dead(path).map_err(fault)? {
        return Err(taken());
    }
    fs::remove_file(path).map_err(fault)?;
    listen(path).map_err(|error| if error.kind() == ErrorKind::AddrInUse { taken() } else { fault(error) })
}

/// Gives whether no program listens there. A program that does not accept in time still counts.
fn is_dead(path: &Path) -> io::Result<bool> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    let attempt = socket.connect(&SockAddr::unix(path)?);
    Ok(attempt.is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused))
}

fn number(found: &Metadata) -> (u64, u64) {
    (found.dev(), found.ino())
}
