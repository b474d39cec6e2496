//! Writes a proxy into records, and reads one from them.

use std::net::{SocketAddr, SocketAddrV6};

use mdns_sd::{ResolvedService, ScopedIp, ServiceInfo};
use nws_protocol::ProxyId;
use nws_protocol::limits::ADDRESSES_MAX;

use crate::interfaces::Interfaces;

/// The service type of proxies.
pub(super) const SERVICE: &str = "_nws._tcp.local.";

/// The records of `proxy`. Its addresses are those of the interfaces on which it is announced.
///
/// The name is not probed for. RFC 6762 requires that, to make sure that a name has one owner, and
/// it takes up to a second. This name is the digest of a key drawn at this start. Another host can
/// only claim it by lying, and then this proxy would not give it up anyway.
pub(super) fn announcement(proxy: &ProxyId, port: u16) -> mdns_sd::Result<ServiceInfo> {
    let host = format!("{proxy}.local.");
    let text = [("v", "1")];
    let mut info = ServiceInfo::new(SERVICE, proxy.as_str(), &host, "", port, &text[..])?.enable_addr_auto();
    info.set_requires_probe(false);
    Ok(info)
}

/// The proxy of an instance of our service, if its label is an id.
pub(super) fn proxy(instance: &str) -> Option<ProxyId> {
    instance.strip_suffix(SERVICE)?.strip_suffix('.')?.parse().ok()
}

/// The proxy that `service` stands for, if any, and the addresses that it claims.
pub(super) fn claim(service: &ResolvedService) -> Option<(ProxyId, Vec<SocketAddr>)> {
    let proxy = proxy(&service.fullname)?;
    if service.port == 0 {
        return None;
    }
    let addresses = service.addresses.iter().filter_map(|address| place(address, service.port)).collect();
    Some((proxy, addresses))
}

/// The `addresses` that belong to neighbours.
pub(super) fn near(mut addresses: Vec<SocketAddr>, interfaces: &Interfaces) -> Vec<SocketAddr> {
    addresses.retain(|address| interfaces.is_on_link(address));
    bounded(addresses)
}

/// The first `addresses`, as many as are used.
pub(super) fn bounded(mut addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    addresses.sort_unstable();
    addresses.truncate(ADDRESSES_MAX);
    addresses
}

fn place(address: &ScopedIp, port: u16) -> Option<SocketAddr> {
    match address {
        ScopedIp::V4(address) => Some((*address.addr(), port).into()),
        ScopedIp::V6(address) => {
            let ip = *address.addr();
            let scope = if ip.is_unicast_link_local() { address.scope_id().index } else { 0 };
            Some(SocketAddrV6::new(ip, port, 0, scope).into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "uws2ljnfuws2ljnfuws2ljnfuw";

    #[test]
    fn an_announcement_is_the_id_the_port_and_the_version() {
        let id: ProxyId = ID.parse().unwrap();
        let info = announcement(&id, 9010).unwrap();
        assert_eq!(info.get_fullname(), format!("{ID}._nws._tcp.local."));
        assert_eq!(info.get_hostname(), format!("{ID}.local."));
        assert_eq!(info.get_port(), 9010);
        let texts: Vec<String> =
            info.get_properties().iter().map(|text| format!("{}={}", text.key(), text.val_str())).collect();
        assert_eq!(texts, ["v=1"]);
        assert_eq!(proxy(info.get_fullname()), Some(id));
    }

    #[test]
    fn instances_that_are_not_named_by_an_id_are_nobody() {
        for instance in [
            "printer._nws._tcp.local.",
            "uws2ljnfuws2ljnfuws2ljnfuw (2)._nws._tcp.local.",
            "uws2ljnfuws2ljnfuws2ljnfuw._ipp._tcp.local.",
            "UWS2LJNFUWS2LJNFUWS2LJNFUW._nws._tcp.local.",
            "x.uws2ljnfuws2ljnfuws2ljnfuw._nws._tcp.local.",
            "uws2ljnfuws2ljnfuws2ljnfuw_nws._tcp.local.",
            "_nws._tcp.local.",
            "",
        ] {
            assert_eq!(proxy(instance), None, "{instance}");
        }
    }
}
