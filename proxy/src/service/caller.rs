//! Checks who calls: each user has a service of their own.

use std::env;
use std::ffi::OsStr;

use super::Error;

/// Fails if somebody else borrowed the rights of root: the service would be that of root, whatever
/// is asked about it.
pub(super) fn check() -> Result<(), Error> {
    match is_by_sudo(has_rights_of_root(), env::var_os("SUDO_USER").as_deref()) {
        true => Err(Error::Sudo),
        false => Ok(()),
    }
}

#[cfg(unix)]
fn has_rights_of_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn has_rights_of_root() -> bool {
    false
}

/// Gives whether the rights of root are borrowed. `user` is who called sudo.
fn is_by_sudo(is_root: bool, user: Option<&OsStr>) -> bool {
    is_root && user.is_some_and(|user| user != "root")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_borrowed_rights_of_root_are_refused() {
        let of = |is_root, user: Option<&str>| is_by_sudo(is_root, user.map(OsStr::new));
        assert!(of(true, Some("ann")));
        // Root's own service, and `sudo -u bob` for that of Bob.
        assert!(!of(true, None) && !of(true, Some("root")) && !of(false, Some("ann")));
    }
}
