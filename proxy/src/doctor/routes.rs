//! Whether what is meant for neighbours leaves by the interface on which they are. A VPN may take
//! it instead.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

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
    let IpAddr::V4(own) = interface.address else { return None };
    let is_there = |it: &IpAddr| matches!(it, IpAddr::V4(other) if is_near(own, *other, interface.prefix));
    let known = known.iter().map(|it| it.ip().to_canonical()).filter(is_there);
    let targets: Vec<IpAddr> = known.chain(any(own, interface.prefix)).take(8).collect();
    let judged: Vec<Check> = targets.iter().filter_map(|target| judge(machine, interface, *target)).collect();
    let about = format!("{} {own}/{}", interface.name, interface.prefix);
    let wrong = judged.iter().find(|check| check.fault).or(judged.first());
    wrong.cloned().map(|check| check.about(about))
}

fn judge(machine: &Machine, interface: &Interface, target: IpAddr) -> Option<Check> {
    let Interface { name, .. } = interface;
    let source = match source(target) {
        Ok(source) => source,
        Err(error) => {
            let evidence =
                format!("there is no way to {target}, although it is on the network of {name}: {error}");
            return Some(Check::fault(ROUTE, evidence).remedy(host_route(target, name)));
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
    Some(Check::fault(ROUTE, evidence).remedy(remedy))
}

/// The own address with which a packet to `target` would leave. Nothing is sent.
fn source(target: IpAddr) -> std::io::Result<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    socket.connect((target, 9))?;
    Ok(socket.local_addr()?.ip())
}

/// Another address on this network.
fn any(own: Ipv4Addr, prefix: u8) -> Option<IpAddr> {
    let mask = u32::MAX.checked_shl(32_u32.checked_sub(prefix.into())?).unwrap_or(0);
    let network = u32::from(own) & mask;
    let mut others = (1..=2).map(|number| Ipv4Addr::from(network | number));
    (prefix < 31).then(|| others.find(|it| *it != own)).flatten().map(IpAddr::from)
}

fn is_near(own: Ipv4Addr, other: Ipv4Addr, prefix: u8) -> bool {
    let mask = u32::MAX.checked_shl(32_u32.saturating_sub(prefix.into())).unwrap_or(0);
    own != other && prefix > 0 && (u32::from(own) ^ u32::from(other)) & mask == 0
}

fn host_route(target: IpAddr, name: &str) -> Option<String> {
    let name = quoted(name).filter(|_| cfg!(target_os = "linux"))?;
    Some(format!("sudo ip route replace {target}/32 dev {name}"))
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
            ([10, 77, 0, 1], 24, Some([10, 77, 0, 2])),
            ([10, 77, 0, 9], 24, Some([10, 77, 0, 1])),
            ([10, 77, 0, 9], 0, Some([0, 0, 0, 1])),
            ([10, 77, 0, 9], 31, None),
            ([10, 77, 0, 9], 32, None),
        ] {
            assert_eq!(any(own.into(), prefix), other.map(IpAddr::from), "{own:?}/{prefix}");
        }
    }
}
