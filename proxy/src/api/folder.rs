//! Finds the folder for files that live as long as a proxy does.

use std::path::PathBuf;

/// The folder for files that live as long as a proxy of this user does, if the system has one.
#[must_use]
pub fn runtime_folder() -> Option<PathBuf> {
    let of = |variable| std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = of("XDG_RUNTIME_DIR").or_else(|| match () {
        () if cfg!(windows) => of("LOCALAPPDATA"),
        // It belongs to this user alone there.
        () if cfg!(target_vendor = "apple") => of("TMPDIR"),
        () => of_session().or_else(|| of("HOME").map(|home| home.join(".cache"))),
    });
    folder.map(|folder| folder.join("nws"))
}

/// The folder that systemd makes for a user, also for shells to which it does not tell that.
#[cfg(target_os = "linux")]
fn of_session() -> Option<PathBuf> {
    let folder = PathBuf::from(format!("/run/user/{}", rustix::process::geteuid().as_raw()));
    folder.is_dir().then_some(folder)
}

#[cfg(not(target_os = "linux"))]
const fn of_session() -> Option<PathBuf> {
    None
}
