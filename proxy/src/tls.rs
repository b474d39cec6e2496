//! Speaks TLS 1.3 with the identity of this proxy.
//!
//! Both sides present a certificate that only its owner has signed, and prove that they hold its
//! key. The id of a proxy stands for that key, and for nothing else. Which machine has an id, and
//! which channels it may enter, is not decided here. Every handshake gives a session id that only
//! its two ends have. So what was proved over one connection does not count on another.

mod certificate;
mod config;
mod identity;
#[cfg(test)]
mod tests;
mod verifier;

use std::io;

use nws_protocol::ProxyId;
use rustls::pki_types::{IpAddr, ServerName};
use rustls::{CommonState, ConnectionCommon};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};

pub(crate) use identity::Identity;
pub use identity::IdentityError;

/// The only protocol inside: the handshake of a WebSocket.
const ALPN: &[u8] = b"http/1.1";

/// Domain separation of the exporter. Both ends derive the same bytes, and no other connection has
/// them.
const EXPORTER_LABEL: &[u8] = b"EXPERIMENTAL nws-link-v1";

/// The bytes that bind a proof to one connection.
pub(crate) type SessionId = [u8; 32];

/// A connection whose other end has proved to be a certain proxy.
#[derive(Debug)]
pub(crate) struct Secured<S> {
    /// The bytes inside.
    pub(crate) stream: TlsStream<S>,
    /// The proxy at the other end.
    pub(crate) peer: ProxyId,
    /// The same at both ends, and different on every connection.
    pub(crate) session: SessionId,
}

/// The reason why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    /// The other side has gone, speaks no TLS of our kind, or did not prove what it claims.
    #[error("the handshake failed: {0}")]
    Handshake(#[from] io::Error),
    /// It is not the proxy that was dialled.
    #[error("the proxy {found} answered where {expected} was expected")]
    Unexpected {
        /// The proxy that was dialled.
        expected: ProxyId,
        /// The proxy that is there.
        found: ProxyId,
    },
    /// It is this proxy.
    #[error("this proxy reached itself")]
    Own,
    /// The other side does not agree on the protocol.
    #[error("the other side did not agree on http/1.1")]
    Alpn,
    /// A handshake that succeeded did not give what it must give.
    #[error("the handshake left no identity")]
    Incomplete,
}

/// Answers a proxy that has connected. The caller sets a deadline.
pub(crate) async fn accept<S>(identity: &Identity, stream: S) -> Result<Secured<S>, TlsError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let stream = TlsAcceptor::from(identity.server()).accept(stream).await?;
    let session = session_id(stream.get_ref().1)?;
    secured(identity, stream.into(), session)
}

/// Makes the handshake with a proxy to which this one has connected, and refuses it if it is not
/// the `expected` one. The caller sets a deadline.
pub(crate) async fn connect<S>(
    identity: &Identity,
    stream: S,
    expected: Option<&ProxyId>,
) -> Result<Secured<S>, TlsError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let stream = TlsConnector::from(identity.client()).connect(unused_name(), stream).await?;
    let session = session_id(stream.get_ref().1)?;
    let secured = secured(identity, stream.into(), session)?;
    match expected {
        Some(expected) if *expected != secured.peer => {
            Err(TlsError::Unexpected { expected: expected.clone(), found: secured.peer })
        }
        _ => Ok(secured),
    }
}

/// The proxy whose key the other side has proved to hold.
pub(crate) fn peer(connection: &CommonState) -> Option<ProxyId> {
    match connection.peer_certificates() {
        Some([certificate]) => certificate::id_of(certificate),
        _ => None,
    }
}

/// The session id, which only the two ends of this connection have.
pub(crate) fn session_id<Data>(connection: &ConnectionCommon<Data>) -> Result<SessionId, TlsError> {
    connection.export_keying_material([0; 32], EXPORTER_LABEL, Some(b"")).map_err(|_| TlsError::Incomplete)
}

/// rustls wants a name to connect to. This one is neither sent nor used: ids are compared instead.
fn unused_name() -> ServerName<'static> {
    ServerName::IpAddress(IpAddr::V4([0; 4].into()))
}

fn secured<S>(identity: &Identity, stream: TlsStream<S>, session: SessionId) -> Result<Secured<S>, TlsError> {
    let connection = stream.get_ref().1;
    let peer = peer(connection).ok_or(TlsError::Incomplete)?;
    if peer == *identity.id() {
        return Err(TlsError::Own);
    }
    if connection.alpn_protocol() != Some(ALPN) {
        return Err(TlsError::Alpn);
    }
    Ok(Secured { stream, peer, session })
}
