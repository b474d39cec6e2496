//! Which other proxies are heard, whether each can be dialled, and whether it can dial back.
//!
//! To find out the latter, this program announces a proxy that does not exist, once at a port where
//! it listens itself and once at the port of the proxy of this machine. Others dial what is
//! announced.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

use nws_protocol::{LINK_PORT, ProxyId};

use super::check::Check;
use super::firewall::{self, Firewall};
use super::interfaces::Machine;
use crate::link::{Absence, Inquired};

const HEARD: &str = "proxies";
const DIAL: &str = "dial";
const BACK: &str = "dial-back";

/// What an address answered.
pub(super) type Dialled = Result<Inquired, Absence>;

/// Another proxy.
#[derive(Clone, Debug, Default)]
pub(super) struct Neighbour {
    /// The addresses that it announces, and what each answered.
    pub(super) dialled: BTreeMap<SocketAddr, Option<Dialled>>,
}

/// All that are heard.
#[derive(Debug, Default)]
pub(super) struct Neighbours {
    pub(super) all: BTreeMap<ProxyId, Neighbour>,
    /// Ports of other proxies of this machine.
    pub(super) here: BTreeMap<ProxyId, u16>,
    /// Who has connected to the listener of this program.
    pub(super) callers: BTreeSet<IpAddr>,
    /// Who has connected to the proxy of this machine, if it tells this user.
    pub(super) proxy_callers: Option<BTreeSet<IpAddr>>,
    /// The proxy has forgotten none of them.
    pub(super) is_complete: bool,
}

impl Neighbours {
    /// The port of a proxy of this machine that has not the usual one.
    pub(super) fn own_port(&self) -> Option<u16> {
        self.here.values().next().copied()
    }

    /// All addresses that are announced.
    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        self.all.values().flat_map(|it| it.dialled.keys().copied()).collect()
    }

    /// Gives whether every neighbour has connected to the proxy of this machine.
    pub(super) fn have_all_called(&self, link_port: Option<u16>) -> bool {
        self.all.values().all(|it| match (link_port, &self.proxy_callers) {
            (Some(_), Some(callers)) => it.is_among(callers),
            _ => it.is_among(&self.callers),
        })
    }

    /// `link_port` is that of the proxy of this machine, if it runs.
    pub(super) fn check(&self, machine: &Machine, link_port: Option<u16>, firewall: &Firewall) -> Vec<Check> {
        let heard = match self.all.len() {
            0 => Check::unknown(
                HEARD,
                "no other proxy is heard: does one run on another machine of this network?",
            )
            .remedy("nws doctor (on the other machine)".to_owned()),
            count => Check::yes(HEARD, format!("{count} heard: {}", self.listed())),
        };
        let dials = self.all.iter().map(|(proxy, it)| it.dial(proxy, machine));
        let back = self.all.iter().map(|(proxy, it)| self.dials_back(proxy, it, link_port, firewall));
        std::iter::once(heard).chain(dials).chain(back).collect()
    }

    fn listed(&self) -> String {
        let all = self.all.iter().take(8).map(|(proxy, it)| format!("{} at {}", short(proxy), it.places()));
        let more = if self.all.len() > 8 { "; …" } else { "" };
        all.collect::<Vec<_>>().join("; ") + more
    }

    fn dials_back(
        &self,
        proxy: &ProxyId,
        neighbour: &Neighbour,
        link_port: Option<u16>,
        firewall: &Firewall,
    ) -> Check {
        let name = short(proxy);
        let is_known = self.proxy_callers.as_ref().map(|callers| neighbour.is_among(callers));
        let reaches_this = neighbour.is_among(&self.callers);
        let port = link_port.unwrap_or(LINK_PORT);
        let line = || firewall.open("tcp", port).unwrap_or_else(|| firewall::watch("tcp", port));
        let check = match (link_port, is_known, reaches_this) {
            (Some(port), Some(true), _) => Check::yes(BACK, format!("{name} has connected to port {port} here")),
            (Some(_), None, true) | (None, _, true) => {
                Check::yes(BACK, format!("{name} has connected to a port of this machine"))
            }
            _ if !neighbour.answers() => {
                Check::unknown(BACK, format!("{name} cannot be dialled, so nothing is known of the way back"))
            }
            (Some(port), Some(false), true) if !self.is_complete => Check::unknown(
                BACK,
                format!("{name} reaches this machine; too many others connect to port {port} to see whether it does"),
            ),
            (Some(port), Some(false), true) => Check::fault(
                BACK,
                format!("{name} reaches this machine, but not port {port}: a firewall drops what comes to it"),
            )
            .remedy(line()),
            (_, _, false) => Check::fault(
                BACK,
                format!("{name} cannot dial this machine: a firewall here drops what comes in, or {name} has no way back"),
            )
            .remedy(line()),
        };
        check.about(name)
    }
}

impl Neighbour {
    fn is_among(&self, callers: &BTreeSet<IpAddr>) -> bool {
        self.dialled.keys().any(|it| callers.contains(&it.ip().to_canonical()))
    }

    fn answers(&self) -> bool {
        self.dialled.values().flatten().any(|it| matches!(it, Ok(found) if found.version.is_ok()))
    }

    fn places(&self) -> String {
        let all: Vec<String> = self.dialled.keys().map(ToString::to_string).collect();
        all.join(", ")
    }

    fn dial(&self, proxy: &ProxyId, machine: &Machine) -> Check {
        let name = short(proxy);
        let check = match self.dialled.iter().find(|(_, it)| leads_to(it.as_ref(), proxy)) {
            Some((address, Some(Ok(found)))) => match &found.version {
                Ok(version) => Check::yes(
                    DIAL,
                    format!("{name} answers at {address}, with version {version} of the link"),
                ),
                Err(misfit) => other_version(DIAL, address, misfit),
            },
            _ => self.silent(&name, machine),
        };
        check.about(name)
    }

    /// No address of it answers as it should.
    fn silent(&self, name: &str, machine: &Machine) -> Check {
        let said: Vec<String> =
            self.dialled.iter().map(|(address, it)| format!("{address}: {}", told(it.as_ref()))).collect();
        let evidence = format!("{name} cannot be dialled: {}", said.join("; "));
        let is_near = |address: &SocketAddr| machine.survey.used.is_on_link(address);
        let remedy = match self.dialled.iter().next() {
            None => "nws doctor (on the other machine)".to_owned(),
            Some((address, _)) if !self.dialled.keys().any(is_near) => {
                format!("nws --peer {address} (it is on no network of this machine; compare the netmasks)")
            }
            Some((address, _)) => firewall::open_elsewhere(address.port()),
        };
        Check::fault(DIAL, evidence).remedy(remedy)
    }
}

/// A fault of a proxy of another version.
pub(super) fn other_version(
    check: &'static str,
    address: &SocketAddr,
    misfit: &crate::link::Misfit,
) -> Check {
    Check::fault(check, format!("the proxy at {address} is of another version: {misfit}"))
        .remedy("update nws on that machine, and here (nws --version)".to_owned())
}

/// What an address answered, in words.
pub(super) fn told(dialled: Option<&Dialled>) -> String {
    match dialled {
        None => "not dialled in time".to_owned(),
        Some(Err(absence)) => absence.to_string(),
        Some(Ok(found)) => format!("the proxy {} is there", short(&found.proxy)),
    }
}

fn leads_to(dialled: Option<&Dialled>, proxy: &ProxyId) -> bool {
    matches!(dialled, Some(Ok(found)) if found.proxy == *proxy)
}

/// The beginning of an id, which is enough to tell proxies of one network apart.
pub(super) fn short(proxy: &ProxyId) -> String {
    proxy.as_str().chars().take(8).collect()
}
