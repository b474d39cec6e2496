//! Which interfaces are used.

use super::InterfaceGlob;

/// Interfaces that are not used unless they are asked for: on them are containers, virtual machines and
/// tunnels of this machine, not neighbours.
const SKIPPED: [&str; 6] = ["docker*", "veth*", "br-*", "virbr*", "tun*", "wg*"];

/// Interfaces that lead back to this machine, whatever addresses they have.
const LOOPBACK: [&str; 2] = ["lo", "lo[0-9]"];

/// Which interfaces are used. The default: all but loopback and those on which neighbours are not to be
/// expected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InterfaceFilter {
    /// Only these, whichever they are. Empty means the default.
    pub include: Vec<InterfaceGlob>,
    /// Never these.
    pub exclude: Vec<InterfaceGlob>,
}

impl InterfaceFilter {
    /// Whether this one is used.
    pub(crate) fn selects(&self, interface: &if_addrs::Interface) -> bool {
        let name = interface.name.as_str();
        if self.exclude.iter().any(|glob| glob.matches(name)) {
            return false;
        }
        if self.include.is_empty() {
            return !interface.is_loopback() && !is_any(&SKIPPED, name) && !is_any(&LOOPBACK, name);
        }
        self.include.iter().any(|glob| glob.matches(name))
    }

    /// Whether this one is used where no other one is: loopback, if nothing else was asked for.
    pub(crate) fn tolerates(&self, interface: &if_addrs::Interface) -> bool {
        let is_excluded = self.exclude.iter().any(|glob| glob.matches(&interface.name));
        self.include.is_empty() && !is_excluded && interface.is_loopback()
    }
}

fn is_any(globs: &[&str], name: &str) -> bool {
    globs.iter().any(|glob| glob_match::glob_match(glob, name))
}
