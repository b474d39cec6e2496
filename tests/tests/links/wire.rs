//! A connection to a proxy that speaks its TLS and its WebSocket, and inside it whatever is wanted.

use std::io::ErrorKind;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use nws_matching::Role;
use nws_protocol::ProxyId;
use nws_protocol::link::{LinkFrame, PATH, SUBPROTOCOL};
use nws_tests::{DEADLINE, within};
use rustls::pki_types::{IpAddr, ServerName};
use rustls::{ClientConfig, CommonState, ConnectionCommon};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::{Instant, interval};
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::identity::{Identity, id_of};

/// Time between two attempts to be let in.
const RETRY: Duration = Duration::from_millis(50);

/// One end of a link, where nobody keeps to any rule but those of TLS and WebSocket.
pub(crate) struct Wire {
    socket: WebSocketStream<TlsStream<TcpStream>>,
    /// Who we are.
    pub(crate) own: ProxyId,
    /// Who is at the other end.
    pub(crate) peer: ProxyId,
    /// What only both ends know.
    pub(crate) sid: [u8; 32],
    /// Who has dialled.
    pub(crate) role: Role,
}

/// TCP from 127.0.0.`source`: each of these is another source for the proxy at `port`.
pub(crate) async fn connect(source: u8, port: u16, receive_buffer: Option<u32>) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    if let Some(bytes) = receive_buffer {
        socket.set_recv_buffer_size(bytes)?;
    }
    socket.bind((Ipv4Addr::new(127, 0, 0, source), 0).into())?;
    let stream = within("a connection", socket.connect((Ipv4Addr::LOCALHOST, port).into())).await??;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// TLS on a connection that stands; `None` when the other side closed instead of answering, as it does to those who
/// come too often.
pub(crate) async fn secure(config: ClientConfig, stream: TcpStream) -> Result<Option<TlsStream<TcpStream>>> {
    let nobody = ServerName::IpAddress(IpAddr::V4([0; 4].into()));
    let handshake = TlsConnector::from(Arc::new(config)).connect(nobody, stream);
    match within("a TLS handshake", handshake).await? {
        Ok(stream) => Ok(Some(stream.into())),
        Err(error)
            if [ErrorKind::UnexpectedEof, ErrorKind::ConnectionReset, ErrorKind::BrokenPipe]
                .contains(&error.kind()) =>
        {
            Ok(None)
        }
        Err(error) => Err(error).context("a TLS handshake"),
    }
}

/// The WebSocket inside TLS.
pub(crate) async fn upgrade(
    stream: TlsStream<TcpStream>,
    path: &str,
    protocol: &'static str,
) -> Result<Result<WebSocketStream<TlsStream<TcpStream>>, Error>> {
    let mut request = format!("ws://nws.invalid{path}").into_client_request()?;
    request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(protocol));
    let upgrade = tokio_tungstenite::client_async(request, stream);
    Ok(within("an upgrade", upgrade).await?.map(|(socket, _)| socket))
}

impl Wire {
    /// Dials until it is let in.
    pub(crate) async fn dial(identity: &Identity, source: u8, port: u16) -> Result<Self> {
        let until = Instant::now() + DEADLINE;
        let mut attempts = interval(RETRY);
        while Instant::now() < until {
            attempts.tick().await;
            if let Some(wire) = Self::attempt(identity, source, port, None).await? {
                return Ok(wire);
            }
        }
        bail!("not let in by the proxy at {port}")
    }

    /// Dials once; `None` when it comes too often.
    pub(crate) async fn attempt(
        identity: &Identity,
        source: u8,
        port: u16,
        receive_buffer: Option<u32>,
    ) -> Result<Option<Self>> {
        let stream = connect(source, port, receive_buffer).await?;
        match secure(identity.client()?, stream).await? {
            Some(stream) => Self::open(identity, stream).await.map(Some),
            None => Ok(None),
        }
    }

    async fn open(identity: &Identity, stream: TlsStream<TcpStream>) -> Result<Self> {
        let (peer, sid) = ends(&stream)?;
        let socket = upgrade(stream, PATH, SUBPROTOCOL).await??;
        Ok(Self { socket, own: identity.id.clone(), peer, sid, role: Role::Initiator })
    }

    /// Answers the next proxy that dials.
    pub(crate) async fn answer(identity: &Identity, listener: &TcpListener) -> Result<Self> {
        let (stream, _) = within("a dial", listener.accept()).await??;
        stream.set_nodelay(true)?;
        let handshake = TlsAcceptor::from(Arc::new(identity.server()?)).accept(stream);
        let stream: TlsStream<TcpStream> = within("a TLS handshake", handshake).await??.into();
        let (peer, sid) = ends(&stream)?;
        let upgrade = tokio_tungstenite::accept_hdr_async(stream, agree);
        let socket = within("an upgrade", upgrade).await??;
        Ok(Self { socket, own: identity.id.clone(), peer, sid, role: Role::Responder })
    }

    /// Sends one frame.
    pub(crate) async fn send(&mut self, frame: LinkFrame<'_>) -> Result<()> {
        self.put(Message::binary(frame.to_bytes())).await
    }

    /// Sends any message of a WebSocket.
    pub(crate) async fn put(&mut self, message: Message) -> Result<()> {
        Ok(within("room to write", self.socket.send(message)).await??)
    }

    /// Sends bytes below the WebSocket, and takes nothing. Whether the other side has not closed.
    pub(crate) async fn pour(&mut self, bytes: &[u8]) -> Result<bool> {
        let stream = self.socket.get_mut();
        let poured = async {
            stream.write_all(bytes).await?;
            stream.flush().await
        };
        Ok(within("room to write", poured).await?.is_ok())
    }

    /// The next frame; `None` when there is no more. Can be cancelled without a loss.
    pub(crate) async fn receive(&mut self) -> Result<Option<Vec<u8>>> {
        within("a frame", self.next()).await?
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Binary(bytes))) => return Ok(Some(bytes.to_vec())),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(None),
                Some(Ok(other @ (Message::Text(_) | Message::Frame(_)))) => bail!("{other:?} from a proxy"),
            }
        }
    }

    /// Takes frames until the other side says that it has read all that was sent.
    pub(crate) async fn fence(&mut self) -> Result<Vec<Vec<u8>>> {
        self.put(Message::Ping("fence".into())).await?;
        within("a pong", self.pong()).await?
    }

    async fn pong(&mut self) -> Result<Vec<Vec<u8>>> {
        let mut frames = Vec::new();
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Binary(bytes))) => frames.push(bytes.to_vec()),
                Some(Ok(Message::Pong(payload))) if *payload == *b"fence" => return Ok(frames),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => bail!("{other:?} before the pong"),
            }
        }
    }

    /// Takes frames until the other side closes.
    pub(crate) async fn closed(&mut self) -> Result<Vec<Vec<u8>>> {
        let mut frames = Vec::new();
        while let Some(frame) = self.receive().await? {
            frames.push(frame);
        }
        Ok(frames)
    }
}

fn ends(stream: &TlsStream<TcpStream>) -> Result<(ProxyId, [u8; 32])> {
    match stream {
        TlsStream::Client(stream) => Ok((peer(stream.get_ref().1)?, sid(stream.get_ref().1)?)),
        TlsStream::Server(stream) => Ok((peer(stream.get_ref().1)?, sid(stream.get_ref().1)?)),
    }
}

fn peer(connection: &CommonState) -> Result<ProxyId> {
    let certificates = connection.peer_certificates().context("no certificate")?;
    id_of(certificates.first().context("no certificate")?)
}

fn sid<Data>(connection: &ConnectionCommon<Data>) -> Result<[u8; 32]> {
    Ok(connection.export_keying_material([0; 32], b"EXPERIMENTAL nws-link-v1", Some(b""))?)
}

#[expect(
    clippy::result_large_err,
    clippy::unnecessary_wraps,
    reason = "the signature is that of tungstenite's callback"
)]
fn agree(_: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    Ok(response)
}
