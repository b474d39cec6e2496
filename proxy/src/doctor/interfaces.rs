//! Which interfaces are used, and what keeps the others from it.

use std::collections::BTreeMap;

use super::check::{Check, quoted};
use super::system::{Flags, flags};
use crate::interfaces::{Interface, Skipped, Survey};

const USED: &str = "interfaces";
const VIRTUAL: &str = "virtual-interfaces";

/// The interfaces of this machine.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    pub(super) survey: Survey,
    pub(super) flags: BTreeMap<String, Flags>,
}

impl Machine {
    pub(super) fn look(filter: &crate::InterfaceFilter) -> std::io::Result<Self> {
        Ok(Self { survey: Survey::make(filter)?, flags: flags() })
    }

    /// The addresses that are used, without loopback.
    pub(super) fn used(&self) -> impl Iterator<Item = &Interface> {
        self.survey.used.iter().filter(|interface| !interface.address.is_loopback())
    }

    /// What the system says of an interface.
    pub(super) fn flags_of(&self, name: &str) -> Option<Flags> {
        self.flags.get(name).copied()
    }

    /// All interfaces that are not loopback, with those that have no address.
    fn others(&self) -> impl Iterator<Item = (&String, &Flags)> {
        self.flags.iter().filter(|(_, flags)| !flags.is_loopback)
    }
}

pub(super) fn check(machine: &Machine) -> Vec<Check> {
    let mut checks = vec![used(machine)];
    if machine.used().next().is_some() {
        let idle = machine.others().filter(|(name, flags)| is_idle(machine, name, flags));
        checks.extend(idle.filter_map(|(name, flags)| asleep(name, flags)));
    }
    checks.extend(virtuals(machine));
    checks
}

fn used(machine: &Machine) -> Check {
    let Survey { missing, skipped, .. } = &machine.survey;
    if !missing.is_empty() {
        let evidence = format!("no interface is called {}: {}", missing.join(", "), machine.survey);
        return Check::fault(USED, evidence).remedy("nws run --help (see --interface)".to_owned());
    }
    if machine.used().next().is_some() {
        return Check::yes(USED, &machine.survey);
    }
    if let Some((name, flags)) = machine.others().find(|(name, flags)| is_idle(machine, name, flags)) {
        return asleep(name, flags).map_or_else(
            || Check::fault(USED, format!("{name} has no address")).about(name).remedy(address_for(name)),
            |check| Check { check: USED, fault: true, ..check },
        );
    }
    let virtuals: Vec<String> = skipped
        .iter()
        .filter(|(_, reason)| is_virtual(**reason))
        .map(|(name, reason)| format!("{name} ({reason})"))
        .collect();
    if !virtuals.is_empty() {
        let evidence = format!("there is only {}, which leads to no other machine", virtuals.join(", "));
        return Check::fault(USED, evidence).remedy("connect a cable, or join a Wi-Fi network".to_owned());
    }
    if skipped.values().any(|reason| matches!(reason, Skipped::Excluded | Skipped::NotIncluded)) {
        let evidence = format!("--interface and --no-interface leave nothing: {}", machine.survey);
        return Check::fault(USED, evidence).remedy("nws run --help (see --interface)".to_owned());
    }
    Check::fault(USED, "there is no network: this machine has no interface but loopback")
        .remedy("connect a cable, or join a Wi-Fi network".to_owned())
}

/// Gives whether it might lead to other machines, and does not.
fn is_idle(machine: &Machine, name: &str, flags: &Flags) -> bool {
    let reason = machine.survey.skipped.get(name);
    let is_wanted = matches!(reason, None | Some(Skipped::Down));
    is_wanted
        && !flags.is_point_to_point
        && !machine.survey.used.iter().any(|it| it.name == *name)
        && !looks_virtual(name)
}

/// An interface that is there and does nothing.
fn asleep(name: &str, flags: &Flags) -> Option<Check> {
    if !flags.is_up {
        let remedy = quoted(name).filter(|_| cfg!(target_os = "linux"));
        let remedy = remedy.map(|name| format!("sudo ip link set dev {name} up"));
        return Some(Check::note("interface", format!("{name} is down")).about(name).remedy(remedy));
    }
    let evidence = format!("{name} is up, but has no carrier");
    let check = Check::note("interface", evidence).about(name);
    (!flags.is_running).then(|| check.remedy("plug in its cable, or join a Wi-Fi network".to_owned()))
}

fn address_for(name: &str) -> Option<String> {
    let remedy = quoted(name).filter(|_| cfg!(target_os = "linux"));
    remedy.map(|name| format!("sudo dhclient {name}"))
}

fn is_virtual(reason: Skipped) -> bool {
    matches!(reason, Skipped::Containers | Skipped::VirtualMachines | Skipped::Tunnel)
}

/// The filter knows names only of interfaces that have an address.
fn looks_virtual(name: &str) -> bool {
    ["docker", "veth", "virbr", "tun", "wg", "br-"].iter().any(|start| name.starts_with(start))
}

/// Interfaces that lead to containers, virtual machines and through tunnels. They are a fault only
/// if they take the way of others, which `route` finds out.
fn virtuals(machine: &Machine) -> Vec<Check> {
    let skipped = machine.survey.skipped.iter().filter(|(_, reason)| is_virtual(**reason));
    let skipped = skipped.map(|(name, reason)| (name.clone(), format!("{name} is {reason}, and not used")));
    let tunnels = machine.used().filter(|it| it.is_point_to_point);
    let tunnels = tunnels
        .map(|it| (it.name.clone(), format!("{} has one neighbour, so there is no multicast", it.name)));
    let all: BTreeMap<String, String> = skipped.chain(tunnels).collect();
    all.into_iter().map(|(name, evidence)| Check::note(VIRTUAL, evidence).about(name)).collect()
}
