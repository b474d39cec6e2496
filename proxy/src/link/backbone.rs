//! Makes links over the backbone. They differ from others by what carries them, and by a proof of
//! both ends, inside TLS, that they have the secret of the sites.

use std::net::SocketAddr;
use std::rc::Rc;

use nws_backbone::{Incoming, LINK_PROOF_LEN};
use nws_matching::Role;
use nws_protocol::ProxyId;
use nws_protocol::limits::LINK_HELLO_TIME;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::OwnedSemaphorePermit;

use super::SharedContext;
use super::end::End;
use super::handshake::{self, Secured};
use super::relay::{Established, relay};
use super::wire::wired;
use crate::backbone::Sites;
use crate::mesh::{Candidate, MeshDriver};
use crate::refusals::Refused;
use crate::timeout::within;
use crate::tls::{self, SessionId};

/// Dials the site at this address, where `expected` has to be.
pub(super) async fn dial_site(
    context: &SharedContext,
    address: &SocketAddr,
    expected: Option<&ProxyId>,
) -> Result<Established, End> {
    let sites = context.sites.as_ref().ok_or(End::Nobody)?;
    let stream = sites.dial(address).await?;
    let mut secured = tls::connect(&context.identity, wired(stream), expected).await?;
    prove(sites, &mut secured.stream, &secured.session, true).await?;
    let socket = handshake::open(secured.stream).await?;
    Ok(Established { socket, peer: secured.peer, session: secured.session, role: Role::Initiator })
}

/// Makes a link of a stream that a site has begun, and serves it. `permit` is for the handshake.
pub(crate) async fn accept_site(
    context: SharedContext,
    mesh: Rc<MeshDriver>,
    address: SocketAddr,
    incoming: Incoming,
    permit: OwnedSemaphorePermit,
) {
    let accepted = within(LINK_HELLO_TIME, accept(&context, incoming)).await;
    drop(permit);
    match accepted.unwrap_or(Err(End::Late)) {
        Ok(established) => {
            let proxy = established.peer.clone();
            let link = mesh.connected(Candidate { proxy, address, is_on_link: true, dial: None });
            relay(context, link, established).await;
        }
        Err(end) => {
            context.refusals.count(Refused::LinkHandshake);
            tracing::debug!(%end, "a stream of the backbone has not become a link");
        }
    }
}

async fn accept(context: &SharedContext, incoming: Incoming) -> Result<Established, End> {
    let sites = context.sites.as_ref().ok_or(End::Nobody)?;
    let Incoming { site, stream } = incoming;
    let mut secured = tls::accept(&context.identity, wired(stream)).await?;
    prove(sites, &mut secured.stream, &secured.session, false).await?;
    if sites.is_of_another(&site, &secured.peer) {
        return Err(End::Namesake);
    }
    let socket = handshake::answer(secured.stream).await?;
    Ok(Established { socket, peer: secured.peer, session: secured.session, role: Role::Responder })
}

/// Proves that this end has the secret, and has the other end prove it.
async fn prove(
    sites: &Sites,
    stream: &mut Secured,
    session: &SessionId,
    has_dialled: bool,
) -> Result<(), End> {
    stream.write_all(&sites.proofs().make(session, has_dialled)).await?;
    stream.flush().await?;
    let mut proof = [0; LINK_PROOF_LEN];
    stream.read_exact(&mut proof).await?;
    sites.proofs().verify(session, !has_dialled, &proof).then_some(()).ok_or(End::Unproven)
}
