//! The proxy of this machine: does it run, which one is it, whose, and who has its ports.

use std::net::{IpAddr, SocketAddr};

use nws_protocol::{LINK_PORT, ProxyId, VERSION};

use super::PATIENCE;
use super::check::Check;
use super::holders::{self, Holder, Process};
use super::interfaces::Machine;
use super::status::{Program, Status, ask};
use super::told::{ProxyRow, Teller};
use crate::Config;
use crate::link::{Absence, Inquired, inquire};
use crate::mesh::FaultKind;
use crate::proxy_place::ProxyPlace;
use crate::tls::Identity;

const PROXY: &str = "proxy";
const VERSIONS: &str = "version";
const CLIENTS: &str = "client-port";
const LINKS: &str = "link-port";
const THREADS: &str = "threads";

/// What holds the ports of a proxy.
#[derive(Debug)]
pub(super) struct Local {
    pub(super) place: ProxyPlace,
    pub(super) program: Program,
    pub(super) process: Option<Process>,
    holders: Vec<Holder>,
    link_port: u16,
    link_holders: Vec<Holder>,
    link_answer: Option<Result<Inquired, Absence>>,
    /// What the proxy tells, and of whom more can be asked.
    told: Option<ProxyRow>,
    teller: Teller,
}

impl Local {
    /// Looks at both ports.
    pub(super) async fn look(config: &Config, machine: &Machine, identity: &Identity) -> Self {
        let (place, link_port) = (place_of(config), config.links.port.unwrap_or(LINK_PORT));
        let holders = port_of(&place).map(holders::of_tcp).unwrap_or_default();
        let link_holders = holders::of_tcp(link_port);
        let own = machine.used().next().map_or(IpAddr::from([127, 0, 0, 1]), |it| it.address);
        let address = scoped(machine, own, link_port);
        let mut teller = Teller::at(place.clone());
        let (program, link_answer, told) =
            tokio::join!(ask(&place, None), inquire(identity, address, PATIENCE), teller.proxy());
        let link_answer = match link_answer {
            Err(absence) if matches!(absence.kind, FaultKind::Refused | FaultKind::Unreachable) => None,
            answer => Some(answer),
        };
        let is_proxy = matches!(program, Program::Proxy(_));
        let process = is_proxy.then(|| process(&holders)).flatten();
        Self { place, program, process, holders, link_port, link_holders, link_answer, told, teller }
    }

    /// The port of links of the proxy of this machine, and its id if that is known.
    pub(super) fn link(&self) -> (Option<u16>, Option<ProxyId>) {
        let inquired = self.link_answer.as_ref().and_then(|it| it.as_ref().ok());
        match &self.told {
            Some(told) => (told.link_port, told.id.as_ref().and_then(|id| id.parse().ok())),
            None => (inquired.map(|_| self.link_port), inquired.map(|it| it.proxy.clone())),
        }
    }

    /// Whom to ask who has connected to the port of links.
    pub(super) fn teller(&self) -> Option<&Teller> {
        self.told.as_ref().filter(|told| told.link_port.is_some()).map(|_| &self.teller)
    }

    pub(super) fn check(&self) -> Vec<Check> {
        let mut checks = vec![self.runs()];
        checks.extend(port_of(&self.place).map(|port| self.client_port(port)));
        checks.extend(self.told.as_ref().and_then(threads));
        if let Program::Proxy(status) = &self.program {
            checks.push(self.version(status));
        }
        checks.push(self.links());
        checks
    }

    fn runs(&self) -> Check {
        let place = &self.place;
        let port = port_of(place);
        match &self.program {
            Program::Proxy(_) => Check::yes(PROXY, format!("a proxy answers at {place}{}", self.whose())),
            // Its port says what is wrong.
            Program::Other(_) if port.is_some() => {
                Check::note(PROXY, format!("what answers at {place} is no proxy"))
            }
            Program::Other(answer) => Check::fault(PROXY, format!("no proxy answers at {place}: {answer}"))
                .remedy("name another file in --unix".to_owned()),
            Program::Nobody if port.is_none() => {
                Check::fault(PROXY, format!("no proxy runs: nobody listens at {place}"))
                    .remedy("nws service install -- --no-tcp --unix FILE".to_owned())
            }
            Program::Nobody => Check::fault(PROXY, format!("no proxy runs: nobody listens on {place}"))
                .remedy("nws service install (or nws, to run it here and now)".to_owned()),
            Program::Unreachable(reason) => {
                let remedy = port.filter(|_| cfg!(target_os = "linux"));
                let host = if port.is_some() { " of 127.0.0.1" } else { "" };
                Check::fault(PROXY, format!("{place}{host} cannot be reached: {reason}"))
                    .remedy(remedy.map(|_| "sudo ip link set dev lo up".to_owned()))
            }
        }
    }

    fn whose(&self) -> String {
        let Some(port) = port_of(&self.place) else { return String::new() };
        let whose = match (&self.process, self.holders.first()) {
            (Some(Process { pid, name }), Some(holder)) => {
                let user = holder.user.as_deref().unwrap_or("unknown");
                format!("{name}, pid {pid}, of user {user}")
            }
            (None, Some(holder)) => holder.to_string(),
            (_, None) => {
                format!("this system does not say whose it is ({})", holders::question("tcp", port))
            }
        };
        format!(": {whose}")
    }

    fn client_port(&self, port: u16) -> Check {
        match &self.program {
            Program::Proxy(_) => Check::yes(CLIENTS, format!("the proxy has port {port}")),
            Program::Nobody => Check::yes(CLIENTS, format!("port {port} is free")),
            Program::Unreachable(reason) => Check::unknown(CLIENTS, reason),
            Program::Other(answer) => {
                let who = holders::listed(&self.holders);
                Check::fault(CLIENTS, format!("{who} holds port {port}: {answer}")).remedy(format!(
                    "{} (or nws --port {})",
                    holders::end(&self.holders, "tcp", port),
                    port.saturating_add(100)
                ))
            }
        }
        .about(port)
    }

    fn version(&self, status: &Status) -> Check {
        let own = env!("CARGO_PKG_VERSION");
        if status.protocol != VERSION {
            let evidence = format!(
                "the proxy is of another version: it speaks protocol {}, and nws {own} speaks {VERSION}",
                status.protocol
            );
            return Check::fault(VERSIONS, evidence)
                .remedy("nws service install (after you stop the old proxy)".to_owned());
        }
        let runs = self.told.as_ref().map_or("unknown", |told| &told.version);
        if runs != own && runs != "unknown" {
            return Check::note(VERSIONS, format!("the proxy is nws {runs}, and this program is nws {own}"))
                .remedy("nws service install (starts it anew)".to_owned());
        }
        match self.process.as_ref().map(|process| program(process.pid)) {
            Some(Build::Same) => {
                Check::yes(VERSIONS, format!("it is this program, nws {own}, with protocol {VERSION}"))
            }
            Some(Build::Replaced) => {
                Check::note(VERSIONS, "its file was replaced since it started: it runs an older version")
                    .remedy("nws service install (starts it anew)".to_owned())
            }
            Some(Build::Other(path)) => {
                let evidence =
                    format!("it is another program, version {runs}, with protocol {VERSION}: {path}");
                Check::unknown(VERSIONS, evidence)
                    .remedy(super::check::quoted(&path).map(|path| format!("{path} --version")))
            }
            Some(Build::Hidden) | None => Check::yes(
                VERSIONS,
                format!("it speaks protocol {VERSION}, as nws {own} does; its version is {runs}"),
            ),
        }
    }

    fn links(&self) -> Check {
        let port = self.link_port;
        let who = || holders::listed(&self.link_holders);
        let check = match &self.link_answer {
            Some(Ok(inquired)) => match &inquired.version {
                Ok(version) => {
                    Check::yes(LINKS, format!("a proxy has port {port}, with version {version} of the link"))
                }
                Err(misfit) => {
                    Check::fault(LINKS, format!("the proxy at port {port} is of another version: {misfit}"))
                        .remedy("nws service install (after you stop the old proxy)".to_owned())
                }
            },
            // The proxy lets nobody in from here, where this machine has no network.
            Some(Err(absence)) if absence.kind == FaultKind::Closed && self.is_ours() => {
                Check::yes(LINKS, format!("{} has port {port}", who()))
            }
            Some(Err(absence)) => {
                let evidence = format!(
                    "{} holds port {port}: {absence}. Proxies take another port, so --peer addresses and rules of firewalls that name {port} lead nowhere",
                    who()
                );
                Check::fault(LINKS, evidence).remedy(holders::end(&self.link_holders, "tcp", port))
            }
            None if matches!(self.program, Program::Proxy(_)) => self.other_port(),
            None => Check::yes(LINKS, format!("port {port} is free")),
        };
        check.about(port)
    }

    fn other_port(&self) -> Check {
        let port = self.link_port;
        let evidence = match self.told.as_ref().map(|told| told.link_port) {
            Some(Some(other)) => format!("the proxy has port {other} for links, and not {port}"),
            Some(None) => "the proxy makes no links".to_owned(),
            None => format!("the proxy does not listen on port {port}: it has another port, or no links"),
        };
        Check::note(LINKS, evidence)
    }

    /// Gives whether both ports have one holder.
    fn is_ours(&self) -> bool {
        if let Some(told) = &self.told {
            return told.link_port == Some(self.link_port);
        }
        let processes = |holders: &[Holder]| holders.first().and_then(|it| it.process.clone());
        match (processes(&self.holders), processes(&self.link_holders)) {
            (Some(one), Some(other)) => one == other,
            (None, None) => matches!(self.program, Program::Proxy(_)),
            _ => false,
        }
    }
}

/// Where a proxy with this configuration serves.
fn place_of(config: &Config) -> ProxyPlace {
    match &config.unix {
        Some(path) if !config.tcp => ProxyPlace::Socket(path.clone()),
        _ => ProxyPlace::Port(config.port),
    }
}

const fn port_of(place: &ProxyPlace) -> Option<u16> {
    match place {
        ProxyPlace::Port(port) => Some(*port),
        ProxyPlace::Socket(_) => None,
    }
}

/// Threads that hang, which keep what they have from everybody.
fn threads(told: &ProxyRow) -> Option<Check> {
    let ProxyRow { shards, shards_missing: missing, .. } = told;
    (*missing > 0).then(|| {
        Check::fault(THREADS, format!("of {shards} threads of the proxy, {missing} give no answer"))
            .remedy("nws service install (starts it anew)".to_owned())
    })
}

/// The own `address`, with the interface that a link-local one needs.
fn scoped(machine: &Machine, address: IpAddr, port: u16) -> SocketAddr {
    let scope = machine.used().find(|it| it.address == address).map_or(0, |it| it.index);
    match address {
        IpAddr::V6(ip) if ip.is_unicast_link_local() => {
            std::net::SocketAddrV6::new(ip, port, 0, scope).into()
        }
        IpAddr::V4(_) | IpAddr::V6(_) => (address, port).into(),
    }
}

fn process(holders: &[Holder]) -> Option<Process> {
    // A proxy closes its entries, so only root sees which one has the port.
    holders.iter().find_map(|holder| holder.process.clone()).or_else(|| holders::only("nws"))
}

/// The file from which a process runs.
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux tells it"))]
enum Build {
    Same,
    Replaced,
    Other(String),
    Hidden,
}

#[cfg(target_os = "linux")]
fn program(pid: i32) -> Build {
    use std::os::unix::fs::MetadataExt;

    let identity = |path: &str| std::fs::metadata(path).map(|it| (it.dev(), it.ino())).ok();
    let link = format!("/proc/{pid}/exe");
    let Ok(path) = std::fs::read_link(&link) else { return Build::Hidden };
    let path = path.to_string_lossy().into_owned();
    if path.ends_with(" (deleted)") {
        Build::Replaced
    } else if identity(&link) == identity("/proc/self/exe") {
        Build::Same
    } else {
        Build::Other(path)
    }
}

#[cfg(not(target_os = "linux"))]
fn program(_: i32) -> Build {
    Build::Hidden
}
