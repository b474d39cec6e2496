//! Dialling: TCP to all addresses of a proxy at once, and one handshake with the first that answers.

use std::net::SocketAddr;
use std::rc::Rc;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use nws_core::DialId;
use nws_matching::Role;
use nws_protocol::ProxyId;
use nws_protocol::limits::{ADDRESSES_MAX, DIAL_TIME};
use tokio::net::TcpStream;
use tokio::task::AbortHandle;
use tokio::time::timeout;

use super::end::End;
use super::relay::{Fresh, relay};
use super::{SharedContext, listen, socket};
use crate::mesh::{Candidate, Destination, Mesh};
use crate::tls::{self, TlsError};

/// Dials, and serves the link if it comes to one. The handle ends the dial and nothing else; there is none where
/// the owner of the tasks is gone.
pub(crate) fn dial(
    context: SharedContext,
    mesh: &Rc<Mesh>,
    dial: DialId,
    to: Destination,
) -> Option<AbortHandle> {
    let (tasks, mesh) = (context.tasks.clone(), Rc::clone(mesh));
    tasks.start(async move {
        let connecting = connect(&context, &to);
        match timeout(DIAL_TIME, connecting).await.unwrap_or(Err(End::Late)) {
            Ok((fresh, proxy, address)) => {
                let is_on_link = context.is_on_link(&address);
                let link = mesh.connected(Candidate { proxy, address, is_on_link, dial: Some(dial) });
                // A task of its own: the dial is over.
                context.tasks.clone().start(relay(context, link, fresh));
            }
            Err(end) => {
                tracing::debug!(%end, "a dial has failed");
                if matches!(end, End::Tls(TlsError::Own)) {
                    mesh.dial_returned(dial);
                } else if matches!(end, End::Tls(TlsError::Unexpected { .. })) {
                    mesh.dial_misled(dial);
                } else {
                    mesh.dial_failed(dial);
                }
            }
        }
    })
}

async fn connect(context: &SharedContext, to: &Destination) -> Result<(Fresh, ProxyId, SocketAddr), End> {
    let (stream, address) = race(&to.addresses).await?;
    listen::tune(&stream)?;
    let secured = tls::connect(&context.identity, socket::wire(stream), to.proxy.as_ref()).await?;
    let socket = socket::open(secured.stream).await?;
    let fresh = Fresh { socket, peer: secured.peer.clone(), session: secured.session, role: Role::Initiator };
    Ok((fresh, secured.peer, address))
}

/// The first connection that stands.
async fn race(addresses: &[SocketAddr]) -> Result<(TcpStream, SocketAddr), End> {
    let attempts = addresses.iter().take(ADDRESSES_MAX);
    let mut attempts: FuturesUnordered<_> = attempts
        .map(async |&address| TcpStream::connect(address).await.map(|stream| (stream, address)))
        .collect();
    let mut failure = End::Nobody;
    while let Some(attempt) = attempts.next().await {
        match attempt {
            Ok(connected) => return Ok(connected),
            Err(error) => failure = error.into(),
        }
    }
    Err(failure)
}
