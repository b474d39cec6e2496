//! Does multicast leave on each interface and come back, who else answers, and who has its port.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use mdns_sd::MDNS_PORT;

use super::check::{Check, quoted};
use super::ear::Heard;
use super::firewall::Firewall;
use super::holders::{self, Holder};
use super::interfaces::Machine;
use super::network::Findings;
use crate::discovery;
use crate::interfaces::Interface;

const MULTICAST: &str = "multicast";
const PORT: &str = "mdns-port";
const OTHERS: &str = "mdns-neighbours";

/// The addresses of mDNS that are held, or why none can be had.
pub(super) type Held = Result<Vec<SocketAddr>, String>;

/// What is known when the interfaces are judged.
pub(super) struct Known<'a> {
    pub(super) machine: &'a Machine,
    pub(super) findings: &'a Findings,
    pub(super) held: &'a Held,
    pub(super) firewall: &'a Firewall,
}

impl Known<'_> {
    /// One check for each family of addresses on each interface that is used.
    pub(super) fn check(&self) -> Vec<Check> {
        let used = self.machine.used().filter(|it| !it.is_point_to_point);
        let names: BTreeSet<&str> = used.map(|it| it.name.as_str()).collect();
        names
            .into_iter()
            .flat_map(|name| [true, false].map(|is_ipv4| self.of_family(name, is_ipv4)))
            .collect()
    }

    fn of_family(&self, name: &str, is_ipv4: bool) -> Check {
        let [family, other] = if is_ipv4 { ["IPv4", "IPv6"] } else { ["IPv6", "IPv4"] };
        let mut used = self.machine.used();
        let check = match used.find(|it| it.name == name && it.address.is_ipv4() == is_ipv4) {
            Some(interface) => self.judge(interface, family),
            None => Check::note(MULTICAST, format!("{name} has no address of {family}; {other} is enough")),
        };
        check.about(format!("{name} {family}"))
    }

    fn judge(&self, interface: &Interface, family: &str) -> Check {
        let Self { machine, findings, held, firewall } = self;
        let name = &interface.name;
        let is_ipv4 = interface.address.is_ipv4();
        let is_here = |it: &&Heard| it.interface == interface.index && it.from.is_ipv4() == is_ipv4;
        let here = || findings.heard.iter().filter(is_here);
        if machine.flags_of(name).is_some_and(|flags| !flags.has_multicast) {
            return is_off(name, here().any(|it| it.is_ours));
        }
        let others: BTreeSet<IpAddr> =
            here().map(|it| it.from).filter(|from| !is_own(machine, from)).collect();
        if here().any(|it| it.is_ours && is_own(machine, &it.from)) {
            let evidence =
                format!("a query left on {name} and came back; {} answered", machines(others.len()));
            return Check::yes(MULTICAST, evidence);
        }
        if let Some(reason) = findings.refused.get(&interface.address) {
            let evidence = format!("the system lets no program join the group of mDNS on {name}: {reason}");
            return Check::fault(MULTICAST, evidence).remedy(memberships(is_ipv4));
        }
        if held.as_ref().map_or(true, |held| held.iter().any(|it| it.is_ipv4() == is_ipv4)) {
            return Check::unknown(MULTICAST, format!("UDP port {MDNS_PORT} is held by another program"));
        }
        let evidence =
            format!("a query by {family} on {name} did not come back: it is filtered, or has no route");
        let remedy = firewall.open("udp", MDNS_PORT).filter(|_| cfg!(target_os = "linux"));
        Check::fault(MULTICAST, evidence).remedy(remedy)
    }
}

fn is_off(name: &str, came_back: bool) -> Check {
    let all_the_same = if came_back { ", though a query came back this time" } else { "" };
    let remedy = quoted(name).filter(|_| cfg!(target_os = "linux"));
    Check::fault(MULTICAST, format!("multicast is off on {name}{all_the_same}"))
        .remedy(remedy.map(|name| format!("sudo ip link set dev {name} multicast on")))
}

/// The line that lets a program join more groups. IPv6 has no number for it: it counts memory.
fn memberships(is_ipv4: bool) -> Option<String> {
    let setting = if is_ipv4 { "net.ipv4.igmp_max_memberships=100" } else { "net.core.optmem_max=1048576" };
    cfg!(target_os = "linux").then(|| format!("sudo sysctl -w {setting}"))
}

fn is_own(machine: &Machine, address: &IpAddr) -> bool {
    machine.survey.used.iter().any(|it| it.address == *address)
}

fn machines(count: usize) -> String {
    match count {
        0 => "nobody else".to_owned(),
        1 => "1 other address".to_owned(),
        count => format!("{count} other addresses"),
    }
}

/// Who else on the network speaks mDNS.
pub(super) fn others(machine: &Machine, heard: &BTreeSet<Heard>) -> Check {
    let others: BTreeSet<IpAddr> =
        heard.iter().map(|it| it.from).filter(|from| !is_own(machine, from)).collect();
    if others.is_empty() {
        let evidence = "nobody else was heard: this network is empty, or its access point keeps its clients apart \
                        (\"client isolation\", \"guest network\")";
        return Check::unknown(OTHERS, evidence).remedy(
            "turn client isolation off in the access point, or join another network than that of guests"
                .to_owned(),
        );
    }
    let listed: Vec<String> = others.iter().take(8).map(ToString::to_string).collect();
    let more = if others.len() > 8 { ", …" } else { "" };
    Check::yes(OTHERS, format!("{} spoke: {}{more}", machines(others.len()), listed.join(", ")))
}

/// Looks for programs that hold the port for themselves, before this one opens it.
pub(super) fn held() -> (Held, Vec<Holder>) {
    (discovery::held(), holders::of_udp(MDNS_PORT))
}

/// Whether others hold the port for themselves.
pub(super) fn port(held: &Held, holders: &[Holder]) -> Check {
    let addresses = match held {
        Ok(addresses) if addresses.is_empty() => {
            let evidence = match holders {
                [] => format!("UDP port {MDNS_PORT} can be shared, and no program has it"),
                _ => format!("UDP port {MDNS_PORT} is shared by {}", holders::listed(holders)),
            };
            return Check::yes(PORT, evidence);
        }
        Ok(addresses) => addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and "),
        Err(_) => format!("port {MDNS_PORT} of both families"),
    };
    let evidence = format!("{} holds UDP {addresses} for itself: nobody is found", holders::listed(holders));
    Check::fault(PORT, evidence).about(MDNS_PORT).remedy(release(holders))
}

fn release(holders: &[Holder]) -> String {
    let is =
        |name: &str| holders.iter().any(|it| it.process.as_ref().is_some_and(|it| it.name.starts_with(name)));
    if is("avahi-daemon") {
        let file = "/etc/avahi/avahi-daemon.conf";
        format!(
            "sudo sed -i s/disallow-other-stacks=yes/disallow-other-stacks=no/ {file} && sudo systemctl restart avahi-daemon"
        )
    } else if is("systemd-resolve") {
        "for i in $(ls /sys/class/net); do sudo resolvectl mdns $i no; done".to_owned()
    } else {
        holders::end(holders, "udp", MDNS_PORT)
    }
}
