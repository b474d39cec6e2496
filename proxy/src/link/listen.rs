//! Listens for other proxies, and makes links with those that it admits.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;

use nws_matching::Role;
use nws_protocol::LINK_PORT;
use nws_protocol::limits::{LINK_HELLO_TIME, LINKS_BEFORE_HELLO_MAX};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::end::End;
use super::relay::{Established, relay};
use super::wire::wired;
use super::{SharedContext, handshake};
use crate::backbone::is_site;
use crate::discovery::is_of_tailnets;
use crate::error::Error;
use crate::mesh::{Candidate, MeshDriver};
use crate::refusals::Refused;
use crate::tcp::{is_of_one_connection, listen_for_links, pause_accepting, tune_link};
use crate::timeout::within;
use crate::tls;
use crate::trouble::Troubles;

/// Listens for links, on all addresses of this machine.
#[derive(Debug)]
pub(crate) struct LinkListener {
    listener: TcpListener,
    port: u16,
}

impl LinkListener {
    /// Listens on `wanted`. Without it, listens on the usual port or, if that is taken, on a free
    /// one.
    ///
    /// # Errors
    ///
    /// Fails when `wanted` cannot be used.
    pub(crate) fn bind(wanted: Option<u16>) -> Result<Self, Error> {
        let port = wanted.unwrap_or(LINK_PORT);
        let listener = match bind(port) {
            Err(_) if wanted.is_none() => bind(0),
            bound => bound,
        };
        let listener = listener.map_err(|source| Error::LinkPort { port, source })?;
        let port = listener.local_addr().map_err(|source| Error::LinkPort { port, source })?.port();
        Ok(Self { listener, port })
    }

    /// The port on which it listens.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

/// Accepts links for ever.
pub(crate) async fn listen(context: SharedContext, mesh: Rc<MeshDriver>, listener: LinkListener) {
    let handshakes = Arc::new(Semaphore::new(LINKS_BEFORE_HELLO_MAX));
    let refused = Troubles::new();
    loop {
        let (stream, address) = match listener.listener.accept().await {
            Ok((stream, address)) => (stream, plain(address)),
            Err(error) if is_of_one_connection(&error) => continue,
            Err(error) => {
                tracing::debug!(%error, "cannot accept links");
                pause_accepting().await;
                continue;
            }
        };
        mesh.called(address);
        let is_near = context.is_on_link(&address);
        let is_on_link = is_near || comes_from_tailnet(&context, &stream, address);
        let Ok(permit) = Arc::clone(&handshakes).try_acquire_owned() else {
            context.refusals.count(Refused::LinkFull);
            continue;
        };
        // Nobody on a network has the address of a site.
        if !(is_on_link || context.allow_remote) || is_site(address.ip()) {
            refuse_remote(&context, address, &refused);
            continue;
        }
        if !mesh.admit(address, is_on_link) {
            context.refusals.count(Refused::LinkFull);
            tracing::debug!(%address, is_on_link, "a connection is refused: there are too many");
            continue;
        }
        let (tasks, context, mesh) = (context.tasks.clone(), Rc::clone(&context), Rc::clone(&mesh));
        tasks.start(async move {
            let accepted = within(LINK_HELLO_TIME, accept(&context, stream, is_near)).await;
            drop(permit);
            match accepted.unwrap_or(Err(End::Late)) {
                Ok(established) => {
                    let proxy = established.peer.clone();
                    let link = mesh.connected(Candidate { proxy, address, is_on_link, dial: None });
                    relay(context, link, established).await;
                }
                Err(end) => {
                    context.refusals.count(Refused::LinkHandshake);
                    tracing::debug!(%address, %end, "a connection has not become a link");
                }
            }
        });
    }
}

/// One socket listens for both families: what comes by IPv4 is shown as such.
fn plain(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        ip @ IpAddr::V4(_) => SocketAddr::new(ip, address.port()),
        IpAddr::V6(_) => address,
    }
}

fn comes_from_tailnet(context: &SharedContext, stream: &TcpStream, address: SocketAddr) -> bool {
    let own = stream.local_addr().map(|own| own.ip());
    let tailnet = context.tailnet.as_ref().zip(own.ok());
    tailnet.is_some_and(|(tailnet, own)| tailnet.admits(own, address.ip()))
}

fn refuse_remote(context: &SharedContext, address: SocketAddr, refused: &Troubles<IpAddr>) {
    context.refusals.count(Refused::LinkRemote);
    let is_of_tailnets = is_of_tailnets(address.ip().to_canonical());
    if let Some(tailnet) = context.tailnet.as_ref().filter(|_| is_of_tailnets) {
        // It may be new there. Then this side dials it, as soon as tailscaled has named it.
        tailnet.look_again();
        return tracing::debug!(%address, "a connection is refused: tailscaled does not name this machine");
    }
    if !refused.is_news(address.ip().to_canonical()) {
        return tracing::debug!(%address, is_on_link = false, "a connection is refused");
    }
    let interfaces = context.interfaces.borrow().clone();
    let tailscale = if is_of_tailnets { "--tailscale admits machines of a tailnet, " } else { "" };
    tracing::warn!(
        %address,
        is_on_link = false,
        "a connection is refused: it comes from no network of this machine ({interfaces}); {tailscale}--allow-remote \
         admits it, --interface lo admits proxies of this machine"
    );
}

async fn accept(context: &SharedContext, stream: TcpStream, is_near: bool) -> Result<Established, End> {
    tune_link(&stream, is_near)?;
    let secured = tls::accept(&context.identity, wired(stream)).await?;
    let socket = handshake::answer(secured.stream).await?;
    Ok(Established { socket, peer: secured.peer, session: secured.session, role: Role::Responder })
}

fn bind(port: u16) -> io::Result<TcpListener> {
    match listen_for_links((Ipv6Addr::UNSPECIFIED, port).into()) {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(error),
        // The system has no IPv6.
        Err(_) => listen_for_links((Ipv4Addr::UNSPECIFIED, port).into()),
    }
}
