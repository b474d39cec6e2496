//! Listening for other proxies.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use nws_matching::Role;
use nws_protocol::limits::{LINK_HELLO_TIME, LINKS_BEFORE_HELLO_MAX};
use socket2::SockRef;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;

use super::end::End;
use super::relay::{Fresh, relay};
use super::wire::Wire;
use super::{SharedContext, socket};
use crate::error::Error;
use crate::mesh::{Candidate, Mesh};
use crate::patience::within;
use crate::refusals::Refused;
use crate::tls;
use crate::trouble::Troubles;

/// Port for other proxies, unless another one is wanted.
const USUAL_PORT: u16 = 9010;

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 128;

/// Pause after accepting has failed, which happens when descriptors have run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What the system may hold unsent for one link, in bytes: heartbeats have to wait for that.
#[cfg(any(target_os = "linux", target_os = "android"))]
const UNSENT_MAX: u32 = 256 * 1024;

/// Listens for links, on all addresses of this machine.
#[derive(Debug)]
pub(crate) struct LinkListener {
    listener: TcpListener,
    port: u16,
}

impl LinkListener {
    /// Listens on `wanted`; without one, on the usual port or, where that is taken, on a free one.
    ///
    /// # Errors
    ///
    /// That `wanted` cannot be had.
    pub(crate) fn bind(wanted: Option<u16>) -> Result<Self, Error> {
        let port = wanted.unwrap_or(USUAL_PORT);
        let listener = match bind(port) {
            Err(_) if wanted.is_none() => bind(0),
            bound => bound,
        };
        let listener = listener.map_err(|source| Error::LinkPort { port, source })?;
        let port = listener.local_addr().map_err(|source| Error::LinkPort { port, source })?.port();
        Ok(Self { listener, port })
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

/// Accepts links for ever.
pub(crate) async fn listen(context: SharedContext, mesh: Rc<Mesh>, listener: LinkListener) {
    let handshakes = Arc::new(Semaphore::new(LINKS_BEFORE_HELLO_MAX));
    let refused = Troubles::new();
    loop {
        let (stream, address) = match listener.listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::debug!(%error, "cannot accept links");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let is_on_link = context.is_on_link(&address);
        let Ok(permit) = Arc::clone(&handshakes).try_acquire_owned() else {
            context.refusals.count(Refused::LinkFull);
            continue;
        };
        if !(is_on_link || context.allow_remote) {
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
            let accepted = within(LINK_HELLO_TIME, accept(&context, stream)).await;
            drop(permit);
            match accepted.unwrap_or(Err(End::Late)) {
                Ok(fresh) => {
                    let proxy = fresh.peer.clone();
                    let link = mesh.connected(Candidate { proxy, address, is_on_link, dial: None });
                    relay(context, link, fresh).await;
                }
                Err(end) => {
                    context.refusals.count(Refused::LinkHandshake);
                    tracing::debug!(%address, %end, "a connection has not become a link");
                }
            }
        });
    }
}

fn refuse_remote(context: &SharedContext, address: SocketAddr, refused: &Troubles<IpAddr>) {
    context.refusals.count(Refused::LinkRemote);
    if !refused.is_news(address.ip().to_canonical()) {
        return tracing::debug!(%address, is_on_link = false, "a connection is refused");
    }
    let interfaces = context.interfaces.borrow().clone();
    tracing::warn!(
        %address,
        is_on_link = false,
        "a connection is refused: it comes from no network of this machine ({interfaces}); --allow-remote lets it in, \
         --interface lo those of this machine"
    );
}

async fn accept(context: &SharedContext, stream: TcpStream) -> Result<Fresh, End> {
    tune(&stream)?;
    let secured = tls::accept(&context.identity, Wire::new(stream)).await?;
    let socket = socket::answer(secured.stream).await?;
    Ok(Fresh { socket, peer: secured.peer, session: secured.session, role: Role::Responder })
}

/// Frames are not held back (Nagle's algorithm), and the system queues little: what waits, waits where
/// it is seen.
pub(super) fn tune(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    SockRef::from(stream).set_tcp_notsent_lowat(UNSENT_MAX)?;
    Ok(())
}

fn bind(port: u16) -> io::Result<TcpListener> {
    match bind_to((Ipv6Addr::UNSPECIFIED, port).into()) {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(error),
        // A system without IPv6.
        Err(_) => bind_to((Ipv4Addr::UNSPECIFIED, port).into()),
    }
}

fn bind_to(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if address.is_ipv6() {
        SockRef::from(&socket).set_only_v6(false)?;
    }
    // On Windows two programs could have one port then.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}
