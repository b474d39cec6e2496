//! A proxy of another version, as far as anybody sees.

use std::sync::Arc;

use anyhow::{Context, Result};
use futures_util::{SinkExt, StreamExt};
use nws_protocol::link::{Hello, LinkFrame, SUBPROTOCOL};
use nws_tests::lab::Machine;
use rcgen::{CertificateParams, KeyPair, PKCS_ED25519};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::version::TLS13;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderValue;

/// Versions of the link that nobody speaks yet.
pub(super) const VERSION: u16 = 900;

/// Ends with its tasks.
pub(super) struct Impostor {
    pub(super) port: u16,
    _tasks: JoinSet<()>,
}

impl Impostor {
    /// Listens for links, on a free port of `machine`.
    pub(super) fn of_links(machine: &Machine) -> Result<Self> {
        let config = Arc::new(config()?);
        serve(machine, (machine.address(), 0).into(), move |stream| link(stream, Arc::clone(&config)))
    }

    /// Answers `/status` on `port` of loopback.
    pub(super) fn of_clients(machine: &Machine, port: u16) -> Result<Self> {
        serve(machine, ([127, 0, 0, 1], port).into(), status)
    }
}

fn serve<F>(
    machine: &Machine,
    address: std::net::SocketAddr,
    answer: impl Fn(TcpStream) -> F + Send + 'static,
) -> Result<Impostor>
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let listener = machine.namespace().inside(|| Ok(std::net::TcpListener::bind(address)?))?;
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let port = listener.local_addr()?.port();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // Whoever asked has gone, which harms nobody.
            let _ = answer(stream).await;
        }
    });
    Ok(Impostor { port, _tasks: tasks })
}

fn config() -> Result<ServerConfig> {
    let key = KeyPair::generate_for(&PKCS_ED25519)?;
    let certificate: CertificateDer<'static> = CertificateParams::default().self_signed(&key)?.into();
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&TLS13])?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivatePkcs8KeyDer::from(key.serialize_der()).into())?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

async fn link(stream: TcpStream, config: Arc<ServerConfig>) -> Result<()> {
    let stream = TlsAcceptor::from(config).accept(stream).await?;
    #[expect(clippy::result_large_err, reason = "the signature is that of tungstenite's callback")]
    let agree = |_: &Request, mut response: Response| {
        let protocol = HeaderValue::from_static(SUBPROTOCOL);
        response.headers_mut().insert("sec-websocket-protocol", protocol);
        Ok(response)
    };
    let mut socket = tokio_tungstenite::accept_hdr_async(stream, agree).await?;
    let hello = Hello { version_min: VERSION, version_max: VERSION, suite: 1, slots_max: 1024 };
    socket.send(Message::binary(LinkFrame::Hello(hello).to_bytes())).await?;
    socket.next().await.context("the end")??;
    Ok(())
}

async fn status(stream: TcpStream) -> Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 2 {
        line.clear();
    }
    let body = r#"{"service":"networkwebsockets","protocol":99,"origin":"allowed"}"#;
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all([&head, body].concat().as_bytes()).await?;
    Ok(())
}
