//! The addresses that `--peer` names: does each resolve, and which proxy answers.

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

/// One check for each. `own` is the proxy of this machine.
pub(super) async fn check(peers: &[PeerAddress], identity: &Identity, own: Option<&ProxyId>) -> Vec<Check> {
    join_all(peers.iter().map(|peer| of(peer, identity, own))).await
}

async fn of(peer: &PeerAddress, identity: &Identity, own: Option<&ProxyId>) -> Check {
    let addresses = match timeout(PATIENCE, peer.look_up()).await {
        Ok(Ok(addresses)) => addresses,
        Ok(Err(reason)) => return unresolved(peer, &reason),
        Err(_) => return unresolved(peer, "it takes too long"),
    };
    let dial = |address: SocketAddr| async move { (address, inquire(identity, address, PATIENCE).await) };
    let dialled = join_all(addresses.into_iter().take(8).map(dial)).await;
    judge(peer, &dialled, own).about(peer)
}

fn unresolved(peer: &PeerAddress, reason: &str) -> Check {
    let name = peer.to_string();
    let host = name.rsplit_once(':').map_or(name.as_str(), |(host, _)| host);
    Check::fault(PEER, format!("{peer} has no address: {reason}")).about(peer).remedy(
        quoted(host).map(|host| format!("getent hosts {host} (correct --peer, or name an IP address)")),
    )
}

fn judge(peer: &PeerAddress, dialled: &[(SocketAddr, Dialled)], own: Option<&ProxyId>) -> Check {
    let found = dialled.iter().find_map(|(address, it)| Some((address, it.as_ref().ok()?)));
    match found {
        Some((address, found)) if Some(&found.proxy) == own => {
            Check::fault(PEER, format!("{peer} is this machine itself, at {address}"))
                .remedy("name another machine in --peer".to_owned())
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
                .remedy(remedy(dialled))
        }
    }
}

fn remedy(dialled: &[(SocketAddr, Dialled)]) -> String {
    let first = dialled.first().map(|(address, it)| (address, it.as_ref().err().map(|it| it.kind)));
    match first {
        Some((_, Some(FaultKind::Closed))) => "on that machine: nws --allow-remote".to_owned(),
        Some((address, Some(FaultKind::Silent))) => {
            format!("correct --peer, or {}", firewall::open_elsewhere(address.port()))
        }
        Some((address, Some(FaultKind::Refused))) => {
            format!("on that machine: nws --link-port {}", address.port())
        }
        Some((address, _)) => format!("correct --peer: no proxy is at {address}"),
        None => "correct --peer".to_owned(),
    }
}
