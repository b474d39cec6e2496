//! Which interfaces are used.

use super::InterfaceGlob;
use super::survey::Skipped;

/// Interfaces that are not used unless they are asked for: on them are containers, virtual machines and tunnels of this
/// machine, not neighbours.
const NO_NEIGHBOURS: [(&str, Skipped); 5] = [
    ("docker*", Skipped::Containers),
    ("veth*", Skipped::Containers),
    ("virbr*", Skipped::VirtualMachines),
    ("tun*", Skipped::Tunnel),
    ("wg*", Skipped::Tunnel),
];

/// Digits by which Docker names the bridges that it makes. Whoever names one by hand uses a word, such as `br-lan`.
const DOCKER_DIGITS: usize = 12;

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
        self.objection(interface).is_none()
    }

    /// Whether this one is used where no other one is: loopback, if nothing else was asked for.
    pub(crate) fn tolerates(&self, interface: &if_addrs::Interface) -> bool {
        let is_excluded = self.exclude.iter().any(|glob| glob.matches(&interface.name));
        self.include.is_empty() && !is_excluded && interface.is_loopback()
    }

    /// Why this one is not used.
    pub(super) fn objection(&self, interface: &if_addrs::Interface) -> Option<Skipped> {
        let name = interface.name.as_str();
        if self.exclude.iter().any(|glob| glob.matches(name)) {
            return Some(Skipped::Excluded);
        }
        if !self.include.is_empty() {
            let is_included = self.include.iter().any(|glob| glob.matches(name));
            return (!is_included).then_some(Skipped::NotIncluded);
        }
        if interface.is_loopback() || LOOPBACK.iter().any(|glob| is(glob, name)) {
            return Some(Skipped::Loopback);
        }
        if is_bridge_of_docker(name) {
            return Some(Skipped::Containers);
        }
        NO_NEIGHBOURS.iter().find(|(glob, _)| is(glob, name)).map(|(_, skipped)| *skipped)
    }
}

fn is(glob: &str, name: &str) -> bool {
    glob_match::glob_match(glob, name)
}

fn is_bridge_of_docker(name: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    name.strip_prefix("br-").is_some_and(|id| id.len() == DOCKER_DIGITS && id.chars().all(is_digit))
}
