//! Whether what is meant for neighbours leaves by the interface on which they are. A VPN may take
//! it instead.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use super::check::{Check, quoted};
use super::interfaces::Machine;
use crate::interfaces::Interface;

const ROUTE: &str = "route";

/// Asks the system for its way to `known` addresses, and to one on each network.
pub(super) fn check(machine: &Machine, known: &[SocketAddr]) -> Vec<Check> {
    let networks = machine.used().filter(|it| !it.is_point_to_point);
    networks.filter_map(|interface| of(machine, interface, known)).collect()
}

fn of(machine: &Machine, interface: &Interface, known: &[SocketAddr]) -> Option<Check> {
    let own = interface.address;
    let known = known.iter().map(|it| it.ip().to_canonical());
    let known: Vec<IpAddr> = known.filter(|other| is_near(own, *other, interface.prefix)).take(8).collect();
    let guess = any(own, interface.prefix).map(|target| (target, false));
    let targets = known.into_iter().map(|target| (target, true)).chain(guess).take(8);
    let judged: Vec<Check> =
        targets.filter_map(|(target, is_there)| judge(machine, interface, target, is_there)).collect();
    let about = format!("{} {own}/{}", interface.name, interface.prefix);
    let wrong = judged.iter().find(|check| check.fault).or(judged.first());
    wrong.cloned().map(|check| check.about(about))
}

/// Where nobody is known to be at the target, IPv6 may do without a way to it: neighbours have other
/// addresses too, to which no router tells the way.
fn judge(machine: &Machine, interface: &Interface, target: IpAddr, is_there: bool) -> Option<Check> {
    let Interface { name, .. } = interface;
    let is_needed = is_there || target.is_ipv4();
    let wrong = |evidence: String| match is_needed {
        true => Check::fault(ROUTE, evidence),
        false => Check::note(ROUTE, evidence),
    };
    let source = match source(target) {
        Ok(source) => source,
        Err(error) => {
            let evidence =
                format!("there is no way to {target}, although it is on the network of {name}: {error}");
            return Some(wrong(evidence).remedy(host_route(target, name)));
        }
    };
    if machine.used().any(|it| it.name == *name && it.address == source) {
        return Some(Check::yes(ROUTE, format!("what is meant for {target} leaves by {name}")));
    }
    let others = if_addrs::get_if_addrs().ok()?;
    let other = others.iter().find(|it| it.ip() == source && it.name != *name)?;
    let evidence = format!(
        "what is meant for {target} leaves by {} ({source}), not by {name}: a VPN or another route takes it",
        other.name
    );
    let remedy = taking(&other.name, target).or_else(|| host_route(target, name));
    Some(wrong(evidence).remedy(remedy))
}

/// The own address with which a packet to `target` would leave. Nothing is sent.
fn source(target: IpAddr) -> std::io::Result<IpAddr> {
    let any: IpAddr =
        if target.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect((target, 9))?;
    Ok(socket.local_addr()?.ip())
}

/// Another address on this network. A link-local one needs none: its interface is its way.
fn any(own: IpAddr, prefix: u8) -> Option<IpAddr> {
    let (bits, width) = bits(own);
    let is_shared = prefix < width - 1 && !is_link_local(own);
    let network = bits & mask(prefix, width);
    let mut others = (1..=2).map(|number| network | number);
    is_shared.then(|| others.find(|it| *it != bits)).flatten().map(|other| address(other, width))
}

fn is_near(own: IpAddr, other: IpAddr, prefix: u8) -> bool {
    let ((own_bits, width), (other_bits, other_width)) = (bits(own), bits(other));
    let is_same = width == other_width && prefix > 0 && !is_link_local(own);
    is_same && own != other && (own_bits ^ other_bits) & mask(prefix, width) == 0
}

fn is_link_local(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(address) if address.is_unicast_link_local())
}

/// The bits of an address, and how many there are.
fn bits(address: IpAddr) -> (u128, u8) {
    match address {
        IpAddr::V4(address) => (u32::from(address).into(), 32),
        IpAddr::V6(address) => (address.into(), 128),
    }
}

fn mask(prefix: u8, width: u8) -> u128 {
    let rest = u32::from(width.saturating_sub(prefix));
    u128::MAX.checked_shl(rest).unwrap_or(0)
}

fn address(bits: u128, width: u8) -> IpAddr {
    match u32::try_from(bits) {
        Ok(bits) if width == 32 => Ipv4Addr::from(bits).into(),
        _ => Ipv6Addr::from(bits).into(),
    }
}

fn host_route(target: IpAddr, name: &str) -> Option<String> {
    let name = quoted(name).filter(|_| cfg!(target_os = "linux"))?;
    let (family, width) = if target.is_ipv4() { ("", 32) } else { (" -6", 128) };
    Some(format!("sudo ip{family} route replace {target}/{width} dev {name}"))
}

/// The command that removes the route by which `other` takes what is meant for `target`.
#[cfg(target_os = "linux")]
fn taking(other: &str, target: IpAddr) -> Option<String> {
    let IpAddr::V4(target) = target else { return None };
    let routes = procfs::process::Process::myself().ok()?.route().ok()?;
    let takes = |route: &procfs::net::RouteEntry| {
        let mask = u32::from(route.mask);
        route.iface == other && u32::from(route.destination) == u32::from(target) & mask
    };
    let route = routes.into_iter().filter(takes).max_by_key(|route| u32::from(route.mask))?;
    let bits = u32::from(route.mask).count_ones();
    Some(format!("sudo ip route del {}/{bits} dev {}", route.destination, quoted(other)?))
}

#[cfg(not(target_os = "linux"))]
fn taking(_: &str, _: IpAddr) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_address_of_a_network_is_not_the_own_one() {
        for (own, prefix, other) in [
            ("10.77.0.1", 24, Some("10.77.0.2")),
            ("10.77.0.9", 24, Some("10.77.0.1")),
            ("10.77.0.9", 0, Some("0.0.0.1")),
            ("10.77.0.9", 31, None),
            ("10.77.0.9", 32, None),
            ("fd77::1", 64, Some("fd77::2")),
            ("fd77::9", 64, Some("fd77::1")),
            ("fd77::9", 128, None),
            ("fe80::9", 64, None),
        ] {
            let other: Option<IpAddr> = other.map(|it| it.parse().unwrap());
            assert_eq!(any(own.parse().unwrap(), prefix), other, "{own}/{prefix}");
        }
    }

    #[test]
    fn neighbours_are_on_the_same_network() {
        let near =
            |own: &str, other: &str, prefix| is_near(own.parse().unwrap(), other.parse().unwrap(), prefix);
        assert!(near("10.77.0.1", "10.77.0.200", 24) && near("fd77::1", "fd77::a:b", 64));
        assert!(!near("10.77.0.1", "10.77.1.1", 24) && !near("fd77::1", "fd77:0:0:1::1", 64));
        assert!(!near("10.77.0.1", "10.77.0.1", 24) && !near("fe80::1", "fe80::2", 64));
        assert!(!near("10.77.0.1", "fd77::1", 1));
    }
}
