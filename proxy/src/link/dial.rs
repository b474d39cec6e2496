//! Dials a proxy: TCP to all its addresses at once, and then a handshake with each that answers,
//! one after the other.
//!
//! Announcements can be forged, so another program may answer first. It may refuse the handshake or
//! say nothing. Neither hides the proxy that is wanted.

#[cfg(test)]
mod tests;

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use nws_core::DialId;
use nws_matching::Role;
use nws_protocol::limits::ADDRESSES_MAX;
use nws_protocol::{LINK_PORT, ProxyId};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;
use tokio::time::timeout;

use super::backbone::dial_site;
use super::end::End;
use super::relay::{Established, relay};
use super::wire::wired;
use super::{SharedContext, handshake};
use crate::discovery::is_of_tailnets;
use crate::mesh::{Candidate, Destination, FaultKind, MeshDriver};
use crate::tcp::tune_link;
use crate::tls::{self, Identity, TlsError};

/// Time after which the next handshake begins beside one that has not ended. In a local network a
/// handshake takes a tenth of that. So all addresses have their turns in the time of a dial.
const HEAD_START: Duration = Duration::from_millis(250);

/// Dials, and serves the link if there is one. The mesh decides how long the dial may take: the
/// handle ends only the dial. There is no handle if the owner of the tasks is gone.
pub(crate) fn dial(
    context: SharedContext,
    mesh: &Rc<MeshDriver>,
    dial: DialId,
    to: Destination,
) -> Option<AbortHandle> {
    let (tasks, mesh) = (context.tasks.clone(), Rc::clone(mesh));
    tasks.start(async move {
        let tell = |answer| match answer {
            Answer::Any => mesh.dial_answered(dial),
            Answer::Another(proxy, address) => mesh.found(proxy, address),
        };
        match reach(&context, &to, &tell).await {
            Ok((established, address)) => {
                let is_on_link = context.is_on_link(&address) || context.is_in_tailnet(&address);
                let proxy = established.peer.clone();
                let link = mesh.connected(Candidate { proxy, address, is_on_link, dial: Some(dial) });
                // The link has its own task, as the dial is over.
                context.tasks.clone().start(relay(context, link, established));
            }
            Err(end) => {
                tracing::debug!(addresses = ?to.addresses, %end, "a dial has failed");
                let kind = end.fault_of_dial();
                if kind == FaultKind::Own {
                    mesh.dial_returned(dial);
                } else if kind == FaultKind::Stranger {
                    mesh.dial_misled(dial);
                } else {
                    let reason = reason(&context, &to, kind, &end);
                    mesh.dial_failed(dial, kind, &reason);
                    // Of one that --peer names, and of a site, the mesh tells.
                    if let Some(proxy) = to.proxy.as_ref().filter(|_| end.is_refusal() && !to.is_site()) {
                        context.warn_refused(proxy, &to.addresses, reason);
                    }
                }
            }
        }
    })
}

/// News of a dial that has not ended.
enum Answer {
    /// A program is there, even if it refuses.
    Any,
    /// Another proxy is there.
    Another(ProxyId, SocketAddr),
}

/// A connection to the site of the backbone that has the address, or to a proxy on the network.
async fn reach(
    context: &SharedContext,
    to: &Destination,
    tell: &dyn Fn(Answer),
) -> Result<(Established, SocketAddr), End> {
    if let Some(site) = to.site() {
        return Ok((dial_site(context, site, to.proxy.as_ref()).await?, *site));
    }
    connect(&context.identity, to, &|address| context.is_on_link(address), tell).await
}

/// The first handshake that succeeds.
async fn connect(
    identity: &Identity,
    to: &Destination,
    is_on_link: &dyn Fn(&SocketAddr) -> bool,
    tell: &dyn Fn(Answer),
) -> Result<(Established, SocketAddr), End> {
    let turns = Semaphore::new(1);
    let addresses = to.addresses.iter().take(ADDRESSES_MAX);
    let attempt = |address: &SocketAddr| {
        attempt(identity, *address, is_on_link(address), to.proxy.as_ref(), &turns, tell)
    };
    let mut attempts: FuturesUnordered<_> = addresses.map(attempt).collect();
    let mut failure = None;
    while let Some(attempt) = attempts.next().await {
        match attempt {
            Ok(connected) => return Ok(connected),
            Err(end) => failure = Some(telling(failure, end)),
        }
    }
    Err(failure.unwrap_or(End::Nobody))
}

/// Connects, and makes the handshake in its turn. It delays the others only for a short time.
async fn attempt(
    identity: &Identity,
    address: SocketAddr,
    is_on_link: bool,
    expected: Option<&ProxyId>,
    turns: &Semaphore,
    tell: &dyn Fn(Answer),
) -> Result<(Established, SocketAddr), End> {
    let connected = TcpStream::connect(address).await;
    if connected.as_ref().err().is_none_or(|error| error.kind() == ErrorKind::ConnectionRefused) {
        tell(Answer::Any);
    }
    let stream = connected?;
    tune_link(&stream, is_on_link)?;
    let turn = turns.acquire().await;
    let mut greeting = pin!(greet(identity, stream, expected));
    let greeted = timeout(HEAD_START, greeting.as_mut()).await;
    drop(turn);
    let greeted = match greeted {
        Ok(greeted) => greeted,
        Err(_) => greeting.await,
    };
    if let Err(End::Tls(TlsError::Unexpected { found, .. })) = &greeted {
        tell(Answer::Another(found.clone(), address));
    }
    Ok((greeted?, address))
}

async fn greet(
    identity: &Identity,
    stream: TcpStream,
    expected: Option<&ProxyId>,
) -> Result<Established, End> {
    let secured = tls::connect(identity, wired(stream), expected).await?;
    let socket = handshake::open(secured.stream).await?;
    Ok(Established { socket, peer: secured.peer, session: secured.session, role: Role::Initiator })
}

/// The reason why a dial has failed, in words for the user that wanted it.
fn reason(context: &SharedContext, to: &Destination, kind: FaultKind, end: &End) -> String {
    let End::Tls(TlsError::Handshake(_)) = end else { return end.to_string() };
    let is_own = |address: &SocketAddr| address.ip().is_loopback() && address.port() == context.port;
    let is_closed = kind == FaultKind::Closed && !to.is_site();
    if to.addresses.iter().any(is_own) {
        FaultKind::Own.to_string()
    } else if is_closed && to.addresses.iter().all(|address| address.ip().is_loopback()) {
        format!("{kind}; on one machine it has to be started with --interface lo, or --allow-remote")
    } else if is_closed && to.addresses.iter().all(|address| is_of_tailnets(address.ip())) {
        format!("{kind}; for proxies of the tailnet it has to be started with --tailscale")
    } else if is_closed {
        format!("{kind}; if it is on another network it has to be started with --allow-remote")
    } else if kind == FaultKind::NotAProxy && !to.is_site() {
        // What TLS says of a program that does not speak it helps nobody alone.
        format!(
            "no links are taken there: it is no proxy, or not its --link-port, by default {LINK_PORT} ({end})"
        )
    } else {
        end.to_string()
    }
}

/// Selects the failure that is reported. "Another proxy is there" is reported only when nothing
/// else is wrong at any address: it keeps this side from dialling again soon.
fn telling(before: Option<End>, now: End) -> End {
    match before {
        Some(before) if is_elsewhere(&now) || !is_elsewhere(&before) => before,
        _ => now,
    }
}

fn is_elsewhere(end: &End) -> bool {
    matches!(end, End::Tls(TlsError::Unexpected { .. } | TlsError::Own))
}
