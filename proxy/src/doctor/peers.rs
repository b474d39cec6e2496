//! The addresses that the user gives: does each resolve, and which proxy answers.

use std::net::SocketAddr;

use futures_util::future::join_all;
use nws_protocol::ProxyId;
use tokio::time::timeout;

use super::PATIENCE;
use super::check::{Check, quoted};
use super::firewall;
use super::neighbours::{Dialled, other_version, short, told};
use crate::discovery::PeerAddress;
use crate::link::inquire;
use crate::mesh::FaultKind;
use crate::tls::Identity;

const PEER: &str = "peer";

/// Addresses that are remembered and looked at.
const REMEMBERED_MAX: usize = 64;

/// An address that the user gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GivenPeer {
    pub(super) address: PeerAddress,
    /// `nws peers add` has named it, and no flag.
    is_remembered: bool,
}

impl GivenPeer {
    /// Those of the flags, and those that the proxy remembers besides.
    pub(super) fn all(flags: &[PeerAddress], remembered: Vec<PeerAddress>) -> Vec<Self> {
        let flagged = flags.iter().map(|it| Self { address: it.clone(), is_remembered: false });
        let others = remembered.into_iter().filter(|it| !flags.contains(it)).take(REMEMBERED_MAX);
        flagged.chain(others.map(|address| Self { address, is_remembered: true })).collect()
    }

    /// What to do if it is wrong.
    fn correction(&self) -> String {
        let shown = self.address.to_string();
        match quoted(&shown).filter(|_| self.is_remembered) {
            Some(address) => format!("nws peers remove {address}"),
            None if self.is_remembered => "nws peers remove that address".to_owned(),
            None => "correct --peer".to_owned(),
        }
    }
}

/// One check for each. `own` is the proxy of this machine.
pub(super) async fn check(peers: &[GivenPeer], identity: &Identity, own: Option<&ProxyId>) -> Vec<Check> {
    join_all(peers.iter().map(|peer| of(peer, identity, own))).await
}

async fn of(peer: &GivenPeer, identity: &Identity, own: Option<&ProxyId>) -> Check {
    let addresses = match timeout(PATIENCE, peer.address.look_up()).await {
        Ok(Ok(addresses)) => addresses,
        Ok(Err(reason)) => return unresolved(peer, &reason),
        Err(_) => return unresolved(peer, "it takes too long"),
    };
    let dial = |address: SocketAddr| async move { (address, inquire(identity, address, PATIENCE).await) };
    let dialled = join_all(addresses.into_iter().take(8).map(dial)).await;
    judge(peer, &dialled, own).about(&peer.address)
}

fn unresolved(peer: &GivenPeer, reason: &str) -> Check {
    let name = peer.address.to_string();
    let host = name.rsplit_once(':').map_or(name.as_str(), |(host, _)| host);
    let correction = peer.correction();
    Check::fault(PEER, format!("{name} has no address: {reason}"))
        .about(&name)
        .remedy(quoted(host).map(|host| format!("getent hosts {host} ({correction}, or name an IP address)")))
}

fn judge(given: &GivenPeer, dialled: &[(SocketAddr, Dialled)], own: Option<&ProxyId>) -> Check {
    let peer = &given.address;
    let found = dialled.iter().find_map(|(address, it)| Some((address, it.as_ref().ok()?)));
    match found {
        Some((address, found)) if Some(&found.proxy) == own => {
            Check::fault(PEER, format!("{peer} is this machine itself, at {address}"))
                .remedy(format!("{}, and name another machine", given.correction()))
        }
        Some((address, found)) => match &found.version {
            Ok(version) => Check::yes(
                PEER,
                format!(
                    "{peer} is the proxy {} at {address}, with version {version} of the link",
                    short(&found.proxy)
                ),
            ),
            Err(misfit) => other_version(PEER, address, misfit),
        },
        None => {
            let said: Vec<String> =
                dialled.iter().map(|(address, it)| format!("{address}: {}", told(Some(it)))).collect();
            Check::fault(PEER, format!("{peer} cannot be reached: {}", said.join("; ")))
                .remedy(remedy(dialled, &given.correction()))
        }
    }
}

fn remedy(dialled: &[(SocketAddr, Dialled)], correction: &str) -> String {
    let first = dialled.first().map(|(address, it)| (address, it.as_ref().err().map(|it| it.kind)));
    match first {
        Some((_, Some(FaultKind::Closed))) => "on that machine: nws --allow-remote".to_owned(),
        Some((address, Some(FaultKind::Silent))) => {
            format!("{correction}, or {}", firewall::open_elsewhere(address.port()))
        }
        Some((address, Some(FaultKind::Refused))) => {
            format!("on that machine: nws --link-port {}", address.port())
        }
        Some((address, _)) => format!("{correction}: no proxy is at {address}"),
        None => correction.to_owned(),
    }
}
