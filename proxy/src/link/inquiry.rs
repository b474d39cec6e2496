//! Asks which proxy is at an address, and makes no link: it ends with the HELLO of the other side.

use std::fmt;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt;
use nws_protocol::ProxyId;
use nws_protocol::link::{Hello, LinkFrame, VERSION};
use nws_protocol::websocket::Opcode;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::end::End;
use super::handshake::{self, Secured};
use super::wire::wired;
use crate::mesh::FaultKind;
use crate::tls::{self, Identity};

/// The proxy that is there.
#[derive(Clone, Debug)]
pub(crate) struct Inquired {
    pub(crate) proxy: ProxyId,
    /// Its version, or why there is none in common.
    pub(crate) version: Result<u16, Misfit>,
}

/// Why no link would come of it, although a proxy is there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Misfit {
    /// It speaks other versions.
    #[error("it speaks versions {0} to {1} of the link, and this one {VERSION}")]
    Version(u16, u16),
    /// It does not know the protocol.
    #[error("it does not speak the link of this version: {0}")]
    Protocol(String),
    /// It ends the connection before it says HELLO.
    #[error("it has no room for this proxy, or does not want it")]
    Unwanted,
}

/// Why no proxy is there.
#[derive(Clone, Debug)]
pub(crate) struct Absence {
    pub(crate) kind: FaultKind,
    /// The words of the system.
    pub(crate) detail: String,
}

/// Asks, for at most `patience` for each step.
pub(crate) async fn inquire(
    identity: &Identity,
    address: SocketAddr,
    patience: Duration,
) -> Result<Inquired, Absence> {
    let connected = timeout(patience, TcpStream::connect(address)).await;
    let stream = connected.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into())).map_err(End::Network)?;
    let Ok(secured) = timeout(patience, tls::connect(identity, wired(stream), None)).await else {
        return Err(Absence { kind: FaultKind::NotAProxy, detail: "it says nothing".to_owned() });
    };
    let secured = secured.map_err(End::Tls)?;
    let hello = timeout(patience, hello(secured.stream)).await;
    Ok(Inquired { proxy: secured.peer, version: version(hello.unwrap_or(Err(End::Late))) })
}

impl From<End> for Absence {
    fn from(end: End) -> Self {
        Self { kind: end.fault_of_dial(), detail: end.to_string() }
    }
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, detail } = self;
        write!(f, "{kind}")?;
        if matches!(kind, FaultKind::Unreachable | FaultKind::NotAProxy) {
            write!(f, " ({detail})")?;
        }
        Ok(())
    }
}

async fn hello(stream: Secured) -> Result<Hello, End> {
    let socket = handshake::open(stream).await?;
    let intake = socket.get_ref().get_ref().0.reader().intake().clone();
    let (_writer, mut frames) = socket.split(intake);
    while let Some(frame) = frames.next().await {
        let frame = frame?;
        match (frame.opcode, LinkFrame::parse(&frame.payload)) {
            (Opcode::Binary, Ok(LinkFrame::Hello(hello))) => return Ok(hello),
            (Opcode::Binary, _) => return Err(End::Message),
            (Opcode::Close, _) => return Err(End::Closed),
            (Opcode::Continuation | Opcode::Text | Opcode::Ping | Opcode::Pong, _) => {}
        }
    }
    Err(End::Closed)
}

fn version(hello: Result<Hello, End>) -> Result<u16, Misfit> {
    let own = Hello { version_min: VERSION, version_max: VERSION, suite: 0, slots_max: 0 };
    match hello {
        Ok(hello) => own.common_version(&hello).ok_or(Misfit::Version(hello.version_min, hello.version_max)),
        Err(end @ (End::WebSocket(_) | End::Message | End::Violation(_))) => {
            Err(Misfit::Protocol(end.to_string()))
        }
        Err(_) => Err(Misfit::Unwanted),
    }
}
