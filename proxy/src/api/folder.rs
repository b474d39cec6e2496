//! Knows where the files lie that live as long as a proxy does: SECURITY.md says who can read them.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use crate::proxy_place::ProxyPlace;

/// The folder that systemd makes for the proxy of a whole system.
const OF_SYSTEM: &str = "/run/nws";

/// The folder in which systemd lets the proxy of a whole system keep what it remembers.
const STATE_OF_SYSTEM: &str = "/var/lib/nws";

/// A folder for the file with the token of a start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuntimeFolder {
    /// The folder.
    pub path: PathBuf,
    /// Whether the group of the folder may read the file too, as that of the system service may.
    pub is_for_group: bool,
}

impl RuntimeFolder {
    /// The folder for a proxy that starts in this environment.
    #[must_use]
    pub fn of_proxy() -> Option<Self> {
        let of_service = absolute("RUNTIME_DIRECTORY").filter(|path| path == Path::new(OF_SYSTEM));
        match of_service {
            Some(path) => Some(Self { path, is_for_group: true }),
            None => Some(Self { path: Self::of_user()?, is_for_group: false }),
        }
    }

    /// The folder for files of this user.
    #[must_use]
    pub fn of_user() -> Option<PathBuf> {
        Some(absolute("XDG_RUNTIME_DIR").or_else(lasting)?.join("nws"))
    }

    /// Where the token of a proxy at `place` may lie that this user may look into, the most likely
    /// first. That is a socket only for a proxy without a port.
    #[must_use]
    pub fn token_files(place: &ProxyPlace) -> Vec<PathBuf> {
        let folders = Self::of_user().into_iter().chain(of_session()).chain([OF_SYSTEM.into()]);
        folders.map(|folder| token_file(&folder, place)).collect()
    }
}

/// The folder for what a proxy that starts in this environment remembers for its next start.
#[must_use]
pub fn state_folder() -> Option<PathBuf> {
    let of_service = absolute("STATE_DIRECTORY").filter(|path| path == Path::new(STATE_OF_SYSTEM));
    let of_user = || Some(absolute("XDG_STATE_HOME").or_else(lasting)?.join("nws"));
    of_service.or_else(of_user)
}

/// Where programs of this user keep what is to last.
fn lasting() -> Option<PathBuf> {
    match () {
        () if cfg!(windows) => absolute("LOCALAPPDATA"),
        () if cfg!(target_vendor = "apple") => {
            absolute("HOME").map(|home| home.join("Library/Application Support"))
        }
        () => absolute("HOME").map(|home| home.join(".local/state")),
    }
}

/// The file with the token of the proxy at `place`.
pub(super) fn token_file(folder: &Path, place: &ProxyPlace) -> PathBuf {
    folder.join(format!("token-{}", file_key(place)))
}

/// What tells the files of one proxy of a user from those of the others.
pub(crate) fn file_key(place: &ProxyPlace) -> String {
    match place {
        ProxyPlace::Port(port) => port.to_string(),
        ProxyPlace::Socket(path) => {
            let digest = Sha256::digest(resolved(path).as_os_str().as_encoded_bytes());
            format!("unix-{}", HEXLOWER.encode(&digest[..8]))
        }
    }
}

/// The same path for all who name the same file, which need not be there, nor its folder.
fn resolved(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let known = path.ancestors().skip(1).find_map(|folder| Some((folder, fs::canonicalize(folder).ok()?)));
    match known.map(|(folder, real)| path.strip_prefix(folder).map(|rest| real.join(rest))) {
        Some(Ok(real)) => real,
        Some(Err(_)) | None => path,
    }
}

/// Writes a new file that only this user can read, in place of an old one. Its folder is made if
/// need be, and must be one in which other users can put nothing.
///
/// # Errors
///
/// Fails where the system refuses that, or others could write there.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_for(path, bytes, 0o600).map(drop)
}

/// The same, so that there is a whole file at any time: the old one or the new one.
pub(crate) fn replace_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_added_extension("new");
    write_for(&beside, bytes, 0o600)?.sync_all()?;
    fs::rename(&beside, path)
}

/// The same for a file of this mode.
pub(super) fn write_for(path: &Path, bytes: &[u8], mode: u32) -> io::Result<fs::File> {
    make_folder(path.parent().unwrap_or(Path::new("/")))?;
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    Ok(file)
}

/// Makes a folder if need be, in which other users can put nothing.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    #[cfg(unix)]
    crate::listeners::check_folder(folder).map_err(io::Error::other)?;
    Ok(())
}

fn absolute(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}

/// The folder that systemd makes for a user: a shell may not have been told of it.
#[cfg(target_os = "linux")]
fn of_session() -> Option<PathBuf> {
    Some(PathBuf::from(format!("/run/user/{}/nws", rustix::process::geteuid().as_raw())))
}

#[cfg(not(target_os = "linux"))]
const fn of_session() -> Option<PathBuf> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_proxy_of_a_user_has_its_own_files_however_its_place_is_named() {
        let socket = |path: &Path| file_key(&ProxyPlace::Socket(path.to_owned()));
        let (folder, here) = (std::env::temp_dir(), std::env::current_dir().unwrap());
        let one = folder.join("nws-key-one/nws.sock");
        assert_ne!(socket(&one), socket(&folder.join("nws-key-two/nws.sock")));
        assert_ne!(socket(&one), socket(&folder.join("nws-key-one/other.sock")));
        assert_eq!(socket(Path::new("some.sock")), socket(&here.join("some.sock")));
        assert_eq!(file_key(&ProxyPlace::Port(9009)), "9009");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_folder_leads_to_the_same_files_before_and_after_the_folder_is_made() {
        let folder = std::env::temp_dir().join(format!("nws-key-{}", std::process::id()));
        fs::create_dir_all(folder.join("real")).unwrap();
        std::os::unix::fs::symlink(folder.join("real"), folder.join("link")).unwrap();
        let keys =
            || ["real", "link"].map(|it| file_key(&ProxyPlace::Socket(folder.join(it).join("own/a.sock"))));
        let before = keys();
        assert_eq!(before[0], before[1]);
        fs::create_dir(folder.join("real/own")).unwrap();
        assert_eq!(keys(), before);
        fs::remove_dir_all(folder).unwrap();
    }
}
