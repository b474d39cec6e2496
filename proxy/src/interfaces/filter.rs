//! Decides which interfaces are used.

use super::InterfaceGlob;
use super::survey::Skipped;

/// Interfaces that are used only on request: they lead to containers, virtual machines and tunnels
/// of this machine, and not to neighbours. Those of Hyper-V that are not here may be the way to the
/// network.
const NO_NEIGHBOURS: [(&str, Skipped); 10] = [
    ("docker*", Skipped::Containers),
    ("vEthernet (nat)", Skipped::Containers),
    ("vEthernet (Default Switch)", Skipped::VirtualMachines),
    ("vEthernet (WSL*", Skipped::VirtualMachines),
    ("VirtualBox Host-Only*", Skipped::VirtualMachines),
    ("VMware Network Adapter*", Skipped::VirtualMachines),
    ("veth*", Skipped::Containers),
    ("virbr*", Skipped::VirtualMachines),
    ("tun*", Skipped::Tunnel),
    ("wg*", Skipped::Tunnel),
];

/// Number of digits in the names of bridges that Docker makes. A bridge that a user names has a
/// word, such as `br-lan`.
const DOCKER_DIGITS: usize = 12;

/// Interfaces that lead back to this machine, whatever addresses they have.
const LOOPBACK: [&str; 2] = ["lo", "lo[0-9]"];

/// Selects interfaces. The default: all but loopback and those that lead to no neighbours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InterfaceFilter {
    /// Use only these, of whichever kind. Empty means the default.
    pub include: Vec<InterfaceGlob>,
    /// Never use these.
    pub exclude: Vec<InterfaceGlob>,
}

impl InterfaceFilter {
    /// Gives whether this interface is used.
    pub(crate) fn selects(&self, interface: &if_addrs::Interface) -> bool {
        self.objection(interface).is_none()
    }

    /// Gives whether this interface is used if no other one is: loopback, unless the filter names
    /// others.
    pub(crate) fn tolerates(&self, interface: &if_addrs::Interface) -> bool {
        let is_excluded = self.exclude.iter().any(|glob| glob.matches(interface));
        self.include.is_empty() && !is_excluded && interface.is_loopback()
    }

    /// The reason why this interface is not used.
    pub(super) fn objection(&self, interface: &if_addrs::Interface) -> Option<Skipped> {
        let name = interface.name.as_str();
        if self.exclude.iter().any(|glob| glob.matches(interface)) {
            return Some(Skipped::Excluded);
        }
        if !self.include.is_empty() {
            let is_included = self.include.iter().any(|glob| glob.matches(interface));
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
