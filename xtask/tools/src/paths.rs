//! Keeps the paths of this machine out of what is built.

use std::ffi::OsString;

use crate::checkout;

/// Flags for rustc that give the folders of this machine other names, separated as cargo requires
/// in `CARGO_ENCODED_RUSTFLAGS`: a path may contain spaces.
#[must_use]
pub fn remapped() -> OsString {
    let homes = [("HOME", "home"), ("CARGO_HOME", "cargo"), ("RUSTUP_HOME", "rustup")];
    let homes = homes.into_iter().filter_map(|(key, name)| Some((std::env::var_os(key)?, name)));
    let target = (checkout::target().into_os_string(), "target");
    // rustc takes the last one that fits.
    let paths = homes.chain([target, (checkout::root().into_os_string(), "networkwebsockets")]);
    let mut flags = OsString::new();
    for (path, name) in paths {
        if !flags.is_empty() {
            flags.push("\u{1f}");
        }
        flags.push("--remap-path-prefix=");
        flags.push(path);
        flags.push("=");
        flags.push(name);
    }
    flags
}
